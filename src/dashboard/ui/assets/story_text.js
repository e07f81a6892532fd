// A story: paragraphs of text, in which some words are buttons that ask for a view. Nothing of the data is read as HTML.
export default function ({ data, parentElement, setTriggerValue }) {
  const article = parentElement.querySelector("article")
  const stamp = JSON.stringify(data)
  if (article.stamp === stamp) return
  const focused = article.getRootNode().activeElement?.dataset?.view
  article.stamp = stamp
  article.replaceChildren(
    ...data.paragraphs.map((parts) => {
      const paragraph = document.createElement("p")
      for (const part of parts) {
        if (part.view === undefined) {
          paragraph.append(part.text)
          continue
        }
        const button = document.createElement("button")
        button.type = "button"
        button.textContent = part.text
        button.dataset.view = part.view
        button.setAttribute("aria-pressed", String(part.view === data.shown))
        button.onclick = () => setTriggerValue("view", { index: part.view, at: Date.now() })
        paragraph.append(button)
      }
      return paragraph
    }),
  )
  if (focused !== undefined) article.querySelector(`[data-view="${focused}"]`)?.focus()
}
