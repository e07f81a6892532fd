// A checkbox tree that holds no state of its own: the server says what is chosen and counted, a click sends the whole
// choice back once. The tree is built once and updated in place, so that nothing moves or loses focus on a click.
const STALE_AFTER_MS = 4000

function build(root, tree, onToggle) {
  const list = root.querySelector(".tree")
  const rows = new Map()
  const row = (item, kind) => {
    const line = document.createElement("div")
    line.className = `row ${kind}`
    const label = document.createElement("label")
    const box = document.createElement("input")
    box.type = "checkbox"
    const name = document.createElement("span")
    name.className = "name"
    name.textContent = item.label
    name.title = item.title ?? ""
    const studies = document.createElement("span")
    const patients = document.createElement("span")
    const bar = document.createElement("span")
    for (const cell of [studies, patients]) { cell.className = "num"; cell.setAttribute("aria-hidden", "true") }
    bar.className = "bar"
    label.append(box, name, studies, patients)
    line.append(label, bar)
    box.addEventListener("click", (event) => {
      if (box.getAttribute("aria-disabled") === "true") event.preventDefault()
      else onToggle(item)
    })
    rows.set(item.value, { line, box, studies, patients, bar, item })
    return line
  }
  const grouped = tree.some((item) => item.children?.length)
  list.classList.toggle("grouped", grouped)
  for (const item of tree) {
    const entry = document.createElement("li")
    if (item.children?.length) {
      const line = row(item, "group")
      const open = document.createElement("button")
      const inner = document.createElement("ul")
      open.type = "button"
      const unfold = (yes) => {
        inner.hidden = !yes
        open.setAttribute("aria-expanded", yes)
        open.setAttribute("aria-label", `${item.label}: single treatments`)
      }
      open.onclick = () => unfold(inner.hidden)
      line.prepend(open)
      for (const child of item.children) {
        const nested = document.createElement("li")
        nested.append(row(child, "child"))
        inner.append(nested)
      }
      const on = item.children.filter((child) => child.checked).length
      unfold(on > 0 && on < item.children.length)
      entry.append(line, inner)
    } else {
      entry.append(row(item, grouped ? "leafgroup" : ""))
    }
    list.append(entry)
  }
  return rows
}

function update(rows, tree) {
  const flat = tree.flatMap((item) => [item, ...(item.children ?? [])])
  const most = Math.max(1, ...tree.map((item) => item.studies))
  for (const item of flat) {
    const row = rows.get(item.value)
    row.item.checked = item.checked
    const inside = item.children ?? []
    const on = inside.filter((child) => child.checked).length
    row.box.checked = inside.length ? on === inside.length : item.checked
    row.box.indeterminate = inside.length > 0 && on > 0 && on < inside.length
    const chosen = inside.length ? on > 0 : item.checked
    row.studies.textContent = item.studies.toLocaleString("en-GB")
    row.patients.textContent = item.patients == null ? (item.studies ? "–" : "0") : item.patients.toLocaleString("en-GB")
    row.bar.style.width = `${(item.studies / most) * 100}%`
    row.line.classList.toggle("zero", item.studies === 0)
    row.line.classList.toggle("on", chosen)
    if (item.studies === 0 && !chosen) row.box.setAttribute("aria-disabled", "true")
    else row.box.removeAttribute("aria-disabled")
    const patients = item.patients == null && item.studies ? "patients only in subgroups or not stated" : `${item.patients ?? 0} patients`
    row.box.setAttribute("aria-label", `${item.label}: ${item.studies} studies, ${patients}`)
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector("fieldset")
  root.querySelector("legend").textContent = data.title
  const own = (root.atlas ??= { token: 0, sentAt: 0, rows: null })
  own.send = setTriggerValue
  const toggle = (item) => {
    const leaves = item.children?.length ? item.children : [item]
    const all = own.tree.flatMap((each) => (each.children?.length ? each.children : [each]))
    const turnOn = !leaves.every((leaf) => leaf.checked)
    for (const leaf of all) if (leaves.some((each) => each.value === leaf.value)) leaf.checked = turnOn
    for (const each of own.tree) if (each.children?.length) each.checked = each.children.every((leaf) => leaf.checked)
    own.token = Math.max(own.token + 1, Date.now())
    own.sentAt = performance.now()
    update(own.rows, own.tree)
    own.send("choose", { values: all.filter((leaf) => leaf.checked).map((leaf) => leaf.value), token: own.token })
  }
  // the answer to an older click must not undo a newer one
  if (own.rows && data.token < own.token && performance.now() - own.sentAt < STALE_AFTER_MS) return
  own.tree = structuredClone(data.tree)
  if (!own.rows) own.rows = build(root, own.tree, (item) => toggle(own.tree.flatMap((each) => [each, ...(each.children ?? [])]).find((each) => each.value === item.value)))
  update(own.rows, own.tree)
}
