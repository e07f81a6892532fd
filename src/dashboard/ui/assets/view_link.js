// One Back step per gesture. Streamlit pushes a history entry for every bound widget that a callback or a page switch sets,
// so a click that sets four filters would need four steps back through views that nobody chose. The first push after a
// gesture stays a push; what follows until the next gesture belongs to it and replaces it.
function oneStepPerGesture() {
  if (window.atlasHistory) return
  window.atlasHistory = true
  let pushed = false
  for (const gesture of ["pointerdown", "keydown"]) window.addEventListener(gesture, () => { pushed = false }, true)
  window.addEventListener("popstate", () => { pushed = true }, true)
  const push = window.history.pushState.bind(window.history)
  window.history.pushState = (...entry) => {
    if (pushed) window.history.replaceState(...entry)
    else push(...entry)
    pushed = true
  }
}

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

export default function ({ data, parentElement }) {
  oneStepPerGesture()
  const button = parentElement.querySelector("button")
  const said = parentElement.querySelector("span")
  const field = parentElement.querySelector("input")
  button.onclick = async () => {
    const done = await copy(linkOf(data?.version), field)
    said.textContent = done ? "Copied" : "Press Ctrl+C to copy"
    if (done) field.hidden = true
    setTimeout(() => { said.textContent = "" }, 4000)
  }
}
