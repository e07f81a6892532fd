// A row of choices: a few as segments, more as a list, many as a field that finds. `data.fields` says which and what is
// chosen; a field is built once and then only takes the chosen value.
let count = 0

function segments(field, say) {
  const buttons = field.options.map((option) => make("button", { type: "button", textContent: option, onclick: () => { update(option); say({ [field.name]: option }) } }))
  const update = (chosen) => buttons.forEach((button, i) => { button.ariaPressed = String(field.options[i] === chosen) })
  const row = make("div", { className: "segments", role: "group", ariaLabel: field.label }, ...buttons)
  return { element: make("div", { className: "field" }, make("span", { textContent: field.label, "aria-hidden": "true" }), row), update }
}

function list(field, say) {
  const select = make("select", { id: `choice-${++count}` }, ...field.options.map((option) => make("option", { value: option, textContent: option })))
  select.onchange = () => say({ [field.name]: select.value })
  return { element: make("div", { className: "field" }, make("label", { htmlFor: select.id, textContent: field.label }), select), update: (chosen) => { select.value = chosen } }
}

// What is typed counts once it is one of the options; an empty field means none. Where there are more options than were
// sent, the server judges what was typed in full.
function find(field, say) {
  const id = `choice-${++count}`
  const input = make("input", { id, type: "text", placeholder: field.placeholder, autocomplete: "off", list: `${id}-options` })
  const options = make("datalist", { id: `${id}-options` }, ...field.options.map((option) => make("option", { value: option })))
  const known = new Set(field.options)
  let chosen = ""
  const take = (value) => {
    if (value === chosen || (value && !known.has(value) && !field.more)) return
    update(value)
    say({ [field.name]: value || null })
  }
  const clear = make("button", { type: "button", textContent: "×", ariaLabel: `Clear: ${field.label}`, onclick: () => take("") })
  const update = (value) => {
    chosen = value ?? ""
    if (input.getRootNode().activeElement !== input || known.has(input.value)) input.value = chosen
    clear.hidden = !chosen
  }
  input.oninput = () => { if (known.has(input.value)) take(input.value) }
  input.onchange = () => { take(input.value.trim()); input.value = chosen }
  return { element: make("div", { className: "field wide" }, make("label", { htmlFor: id, textContent: field.label }), make("div", { className: "find" }, input, clear, options)), update }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".choices")
  const own = exchange(place, data, setTriggerValue)
  if (!own) return
  const shape = data.fields.map((field) => `${field.name}:${field.options.length}`).join()
  if (own.shape !== shape) {
    own.shape = shape
    own.views = data.fields.map((field) => ({ segments, list, find })[field.kind](field, (changes) => own.say(changes)))
    place.replaceChildren(...own.views.map((view) => view.element))
  }
  own.built = true
  data.fields.forEach((field, i) => own.views[i].update(field.chosen))
}
