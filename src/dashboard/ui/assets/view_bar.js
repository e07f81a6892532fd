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
  link.querySelector("button").onclick = () => copyLink(data.version, link.querySelector("span"), link.querySelector("input"))
}
