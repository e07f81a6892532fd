// Named questions, one click each. POINTS (names and reasons) is put before this file.
export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".points")
  const own = exchange(place, data, setTriggerValue)
  if (!own || own.built) return
  own.built = true
  POINTS.forEach(({ name, why }, start) => place.append(make("button", { type: "button", textContent: name, title: why, onclick: () => own.say({ start }) })))
}
