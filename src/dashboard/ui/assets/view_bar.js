// Copies the address of the view. Where the browser refuses the clipboard, the address is shown, selected.
async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    field.hidden = false
    field.value = text
    field.focus()
    field.select()
    return document.execCommand("copy")
  }
}

// The address with the version of the data it shows, so that a link opened on other data can say so.
function linkOf(version) {
  const link = new URL(window.location.href)
  if (version) link.searchParams.set("data", version)
  return link.href
}

// A chip a filter; a click takes it away.
function drawChips(place, data, say) {
  const chips = (data.chips ?? []).map(({ key, text }) => {
    const cross = make("span", { className: "cross", textContent: "×", "aria-hidden": "true" })
    return make("button", { type: "button", title: "Remove this filter", onclick: () => say({ remove: key }) }, text, cross)
  })
  if (chips.length) chips.push(make("button", { type: "button", className: "reset", textContent: "Reset", title: "Put every filter back", onclick: () => say({ reset: true }) }))
  place.replaceChildren(...chips)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const bar = parentElement.querySelector(".bar")
  const own = exchange(bar, data, setTriggerValue)
  if (own) {
    own.built = true
    bar.querySelector(".totals").textContent = data.totals ?? ""
    drawChips(bar.querySelector(".chips"), data, own.say)
  }
  const link = parentElement.querySelector(".link")
  const said = link.querySelector("span")
  const field = link.querySelector("input")
  link.querySelector("button").onclick = async () => {
    const done = await copy(linkOf(data.version), field)
    said.textContent = done ? "Copied" : "Press Ctrl+C to copy"
    if (done) field.hidden = true
    setTimeout(() => { said.textContent = "" }, 4000)
  }
}
