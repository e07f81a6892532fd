// Every filter of the sidebar. VOCABULARY (names, labels, families) is put before this file; `data` says what is chosen
// and how many studies and patients each value would give. Built once and updated in place, so that nothing moves or
// loses focus on a click.
const english = new Intl.NumberFormat("en-GB")
const number = (value) => english.format(value)
// What stays as it was is not written: each write, also of the same text, is laid out and painted anew.
const put = (node, name, value) => { if (node[name] !== value) node[name] = value }

function tree(filter, say) {
  const rows = new Map()
  const row = (item, kind) => {
    const box = make("input", { type: "checkbox" })
    const studies = make("span", { className: "num", "aria-hidden": "true" })
    const patients = make("span", { className: "num", "aria-hidden": "true" })
    const bar = make("span", { className: "bar" })
    const name = make("span", { className: "name", textContent: item.label, title: item.title })
    const line = make("div", { className: `row ${kind}` }, make("label", {}, box, name, studies, patients), bar)
    box.addEventListener("click", (event) => {
      if (box.getAttribute("aria-disabled") === "true") event.preventDefault()
      else toggle(item)
    })
    rows.set(item.value, { line, box, studies, patients, bar, item })
    return line
  }
  const leaves = (item) => (item.children ?? [item]).map((leaf) => leaf.value)
  const all = filter.items.flatMap(leaves)
  const toggle = (item) => {
    const inside = leaves(item)
    const on = inside.every((value) => filter.chosen.has(value))
    for (const value of inside) filter.chosen[on ? "delete" : "add"](value)
    draw()
    say({ [filter.name]: all.filter((value) => filter.chosen.has(value)) })
  }
  const grouped = filter.items.some((item) => item.children)
  const list = make("ul", { className: grouped ? "tree grouped" : "tree" })
  const folds = []
  for (const item of filter.items) {
    if (!item.children) {
      list.append(make("li", {}, row(item, grouped ? "leafgroup" : "")))
      continue
    }
    const inner = make("ul", {}, ...item.children.map((child) => make("li", {}, row(child, "child"))))
    const open = make("button", { type: "button", ariaLabel: `${item.label}: single treatments` })
    const unfold = (yes) => { inner.hidden = !yes; open.ariaExpanded = String(yes) }
    open.onclick = () => unfold(inner.hidden)
    folds.push(() => {
      const on = leaves(item).filter((value) => filter.chosen.has(value)).length
      unfold(on > 0 && on < item.children.length)
    })
    const line = row(item, "group")
    line.prepend(open)
    list.append(make("li", {}, line, inner))
  }
  const draw = () => {
    const most = Math.max(1, ...filter.items.map((item) => filter.counts[item.value]?.[0] ?? 0))
    for (const { line, box, studies, patients, bar, item } of rows.values()) {
      const [found, people] = filter.counts[item.value] ?? [0, 0]
      const inside = leaves(item)
      const on = inside.filter((value) => filter.chosen.has(value)).length
      box.checked = on === inside.length
      box.indeterminate = on > 0 && on < inside.length
      put(studies, "textContent", number(found))
      put(patients, "textContent", people == null ? "–" : number(people))
      put(bar.style, "width", `${Math.round((found / most) * 100)}%`)
      line.classList.toggle("zero", found === 0)
      line.classList.toggle("on", on > 0)
      put(box, "ariaDisabled", found === 0 && on === 0 ? "true" : null)
      put(box, "ariaLabel", `${item.label}: ${found} studies, ${people == null ? "patients only in subgroups or not stated" : `${people} patients`}`)
    }
  }
  const heads = make("div", { className: "heads", "aria-hidden": "true" }, make("span", { textContent: "studies" }), make("span", { textContent: "patients" }))
  const element = make("fieldset", { className: "facet" }, make("legend", { textContent: filter.title }), heads, list)
  return { element, draw, folds: () => folds.forEach((fold) => fold()) }
}

function choice(name, title, hint, options, say) {
  const select = make("select", { id: name, title: hint })
  for (const option of options) select.append(make("option", { value: option.value }))
  select.onchange = () => say({ [name]: select.value })
  const update = (chosen, counts) => {
    options.forEach((option, i) => put(select.options[i], "textContent", `${option.label} (${number(counts[option.value]?.[0] ?? 0)})`))
    select.value = chosen
  }
  return { element: make("div", { className: "field" }, make("label", { htmlFor: name, textContent: title }), select), update }
}

function years(limits, decades, say) {
  const edge = (label) => make("input", { type: "number", min: limits[0], max: limits[1], step: 1, ariaLabel: label })
  const from = edge("First year of treatment")
  const to = edge("Last year of treatment")
  const send = () => {
    const inside = (input, otherwise) => Math.min(limits[1], Math.max(limits[0], Math.round(Number(input.value) || otherwise)))
    const ends = [inside(from, limits[0]), inside(to, limits[1])].sort((a, b) => a - b)
    update(ends)
    say({ era: ends })
  }
  from.onchange = to.onchange = send
  const links = decades.map((first) => {
    const ends = [first, Math.min(first + 9, limits[1])]
    return make("button", { type: "button", className: "word", textContent: `${first}s`, onclick: () => { update(ends); say({ era: ends }) } })
  })
  const update = (ends) => {
    from.value = ends[0]
    to.value = ends[1]
    links.forEach((link, i) => put(link, "ariaPressed", String(decades[i] === ends[0] && Math.min(decades[i] + 9, limits[1]) === ends[1])))
  }
  const hint = "Enrolment that overlaps these years; the year of publication where enrolment is not stated."
  const element = make("fieldset", { className: "years", title: hint }, make("legend", { textContent: "Years of treatment" }),
    make("div", { className: "ends" }, from, make("span", { textContent: "to" }), to), make("div", { className: "words" }, ...links))
  return { element, update }
}

function check(name, label, hint, say) {
  const box = make("input", { type: "checkbox", onchange: () => say({ [name]: box.checked }) })
  return { element: make("label", { className: "check", title: hint }, box, make("span", { textContent: label })), update: (on) => { box.checked = on } }
}

function entry(name, label, attributes, read, say) {
  const input = make("input", { id: name, ...attributes })
  input.onchange = () => say({ [name]: read(input.value) })
  const update = (value) => { if (input.getRootNode().activeElement !== input) input.value = value }
  return { element: make("div", { className: "field" }, make("label", { htmlFor: name, textContent: label }), input), update }
}

function build(place, own) {
  const say = (changes) => own.say(changes)
  own.trees = Object.fromEntries(VOCABULARY.trees.map((each) => [each.name, { ...each, chosen: new Set(), counts: {} }]))
  own.views = Object.fromEntries(Object.values(own.trees).map((each) => [each.name, tree(each, say)]))
  own.endpoint = choice("endpoint", "Endpoint", "Curves of different endpoints are never mixed.", VOCABULARY.endpoints, say)
  own.years = years(VOCABULARY.years, VOCABULARY.decades, say)
  own.fields = {
    min_n: entry("min_n", "Smallest arm, patients", { type: "number", min: 0, step: 10 }, (text) => Math.max(0, Math.round(Number(text) || 0)), say),
    subgroups: check("subgroups", "Include subgroups", "Their patients are already in other arms of the study.", say),
    ambiguous: check("ambiguous", "Include ambiguous figures", "The source can be read in more than one way.", say),
    q: entry("q", "Search author, title, label, notes", { type: "search" }, (text) => text.trim(), say),
  }
  own.more = make("details", {}, make("summary", { textContent: "More filters" }), own.views.design.element, own.views.centers.element,
    ...Object.values(own.fields).map((field) => field.element))
  place.append(own.views.site.element, own.views.modality.element, own.endpoint.element, own.years.element, own.more)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".filters")
  const own = exchange(place, data, setTriggerValue)
  if (!own) return
  const first = !own.built
  if (first) build(place, own)
  own.built = true
  for (const [name, each] of Object.entries(own.trees)) {
    each.chosen = new Set(data.chosen[name])
    each.counts = data.counts[name]
    own.views[name].draw()
    if (first) own.views[name].folds()
  }
  own.endpoint.update(data.chosen.endpoint, data.counts.endpoint)
  own.years.update(data.chosen.era)
  for (const [name, field] of Object.entries(own.fields)) field.update(data.chosen[name])
  if (first) own.more.open = data.more
}
