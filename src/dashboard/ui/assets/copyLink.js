// Copies the address of the view, with the version of the data it shows, so that a link opened on other data can say so.
// Where the browser refuses the clipboard, the address is shown, selected. `said` takes the answer, `field` the address.
async function copyLink(version, said, field) {
  const link = new URL(window.location.href)
  if (version) link.searchParams.set("data", version)
  let done = true
  try {
    await navigator.clipboard.writeText(link.href)
  } catch {
    field.hidden = false
    field.value = link.href
    field.focus()
    field.select()
    done = document.execCommand("copy")
  }
  said.textContent = done ? "Copied" : "Press Ctrl+C to copy"
  if (done) field.hidden = true
  setTimeout(() => { said.textContent = "" }, 4000)
}
