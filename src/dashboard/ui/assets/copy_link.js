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

export default function ({ parentElement }) {
  const button = parentElement.querySelector("button")
  const said = parentElement.querySelector("span")
  const field = parentElement.querySelector("input")
  button.onclick = async () => {
    const done = await copy(window.location.href, field)
    said.textContent = done ? "Copied" : "Press Ctrl+C to copy"
    if (done) field.hidden = true
    setTimeout(() => { said.textContent = "" }, 4000)
  }
}
