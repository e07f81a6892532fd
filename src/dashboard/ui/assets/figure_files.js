// Saves the figure that plotly drew in the same container as SVG or PNG. Nothing leaves the browser.
const NS = "http://www.w3.org/2000/svg"
const PNG_SCALE = 3

function figureSvg(plot, { title, alt }) {
  const layers = [...plot.querySelectorAll(".main-svg")]
  const box = plot.getBoundingClientRect()
  const svg = layers[0].cloneNode(true)
  // plotly stacks several drawings of the same size; later ones hold the legend, annotations and titles
  for (const layer of layers.slice(1)) for (const child of layer.cloneNode(true).childNodes) svg.appendChild(child.cloneNode(true))
  for (const node of svg.querySelectorAll(".hoverlayer, .draglayer, .modebar-container, .zoomlayer")) node.remove()
  const paper = document.createElementNS(NS, "rect")
  const shown = getComputedStyle(layers[0]).backgroundColor
  const behind = getComputedStyle(document.querySelector(".stApp") ?? document.body).backgroundColor
  paper.setAttribute("width", box.width)
  paper.setAttribute("height", box.height)
  paper.setAttribute("fill", /rgba\(.*, 0\)|transparent/.test(shown) ? behind : shown)
  svg.prepend(paper)
  const desc = document.createElementNS(NS, "desc")
  desc.textContent = alt
  svg.prepend(desc)
  const name = document.createElementNS(NS, "title")
  name.textContent = title
  svg.prepend(name)
  svg.setAttribute("xmlns", NS)
  svg.setAttribute("xmlns:xlink", "http://www.w3.org/1999/xlink")
  svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`)
  svg.setAttribute("width", box.width)
  svg.setAttribute("height", box.height)
  svg.removeAttribute("style")
  svg.removeAttribute("class")
  const text = new XMLSerializer().serializeToString(svg)
  // a clip path may be written with the page's address in front of its #id
  return { text: text.replace(/url\((?:&quot;|")?[^)#]*#([^)"&]+)(?:&quot;|")?\)/g, "url(#$1)"), width: box.width, height: box.height }
}

// An SVG drawn as an image cannot see the page's fonts, so the font travels inside it.
async function withFont(text) {
  const link = document.querySelector('link[rel="preload"][as="font"]')
  if (!link) return text
  const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer())
  let binary = ""
  for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768))
  const face = `@font-face{font-family:"Source Sans";font-weight:200 900;src:url(data:font/woff2;base64,${btoa(binary)})}`
  return text.replace("</title>", `</title><style>${face}</style>`)
}

async function png({ text, width, height }) {
  const url = URL.createObjectURL(new Blob([await withFont(text)], { type: "image/svg+xml" }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement("canvas")
    canvas.width = Math.round(width * PNG_SCALE)
    canvas.height = Math.round(height * PNG_SCALE)
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((done) => canvas.toBlob(done, "image/png"))
  } finally {
    URL.revokeObjectURL(url)
  }
}

function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

// A click on a mark says what the mark stands for. Streamlit's own selection of marks would take the brush away. The plot
// is another one after every change of its figure: it is asked for when the pointer goes down.
function tellMarks(place, tell) {
  const box = document.querySelector(`.st-key-${place}`)
  if (!box) return
  const first = !box.tellMark
  box.tellMark = tell
  if (first) box.addEventListener("pointerdown", () => {
    const plot = box.querySelector(".js-plotly-plot")
    if (!plot?.on || plot.tellsMarks) return
    plot.tellsMarks = true
    plot.on("plotly_click", ({ points }) => {
      const said = [points[0]?.customdata].flat()[0]
      if (said) box.tellMark(String(said))
    })
  }, true)
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (data.marks) tellMarks(data.place, (value) => setTriggerValue("mark", { value, at: Date.now() }))
  const said = parentElement.querySelector(".said")
  for (const button of parentElement.querySelectorAll("button")) {
    const kind = button.dataset.kind
    button.setAttribute("aria-label", `Download ${data.title} as ${kind.toUpperCase()}`)
    button.onclick = async () => {
      const plot = document.querySelector(`.st-key-${data.place} .js-plotly-plot`)
      if (!plot?.querySelector(".main-svg")) {
        said.textContent = "The figure is not drawn yet."
        return
      }
      said.textContent = ""
      const figure = figureSvg(plot, data)
      const blob = kind === "svg" ? new Blob([figure.text], { type: "image/svg+xml" }) : await png(figure)
      save(blob, `${data.stem}.${kind}`)
    }
  }
}
