// A chip a filter; a click takes it away.
function drawChips(place, data, say) {
  const chips = (data.chips ?? []).map(({ key, text }) => {
    const cross = make("span", { className: "cross", textContent: "×", "aria-hidden": "true" })
    return make("button", { type: "button", title: "Remove this filter", onclick: () => say({ remove: key }) }, text, cross)
  })
  if (chips.length) chips.push(make("button", { type: "button", className: "reset", textContent: "Reset", title: "Put every filter back", onclick: () => say({ reset: true }) }))
  place.replaceChildren(...chips)
}

// That this tab held a table or a cohort of the reader's own: the words and nothing of it. The data live in the server's
// memory; when they are gone and nobody asked for it, the tab is the only one who knows that they were there.
const HELD = "atlas-held"

function tellLost(notice, { held, let_go }) {
  try {
    if (held) sessionStorage.setItem(HELD, held)
    else if (let_go) sessionStorage.removeItem(HELD)
    const lost = held ? null : sessionStorage.getItem(HELD)
    const several = lost?.includes(" and ")
    notice.hidden = !lost
    notice.querySelector("span").textContent = lost
      ? `The ${lost} you brought ${several ? "are" : "is"} no longer here: the server was started again, the page was loaded anew, or the connection was away too long. ${several ? "They were" : "It was"} kept in memory only. Bring ${several ? "them" : "it"} again on Your data.`
      : ""
    notice.querySelector("button").onclick = () => {
      sessionStorage.removeItem(HELD)
      notice.hidden = true
    }
  } catch { /* a browser that keeps nothing for a page: nothing to tell */ }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const bar = parentElement.querySelector(".bar")
  const own = exchange(bar, data, setTriggerValue)
  if (own) {
    own.built = true
    bar.querySelector(".totals").textContent = data.totals ?? ""
    drawChips(bar.querySelector(".chips"), data, own.say)
  }
  tellLost(parentElement.querySelector(".lost"), data)
  const link = parentElement.querySelector(".link")
  link.querySelector("button").onclick = () => copyLink(data.version, link.querySelector("span"), link.querySelector("input"))
}
