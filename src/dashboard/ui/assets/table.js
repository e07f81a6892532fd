// A table that sorts, its numbers marked as reported or derived. Rows may open something: then a button stands in their
// first cell and a click sends the row's value once; the table holds no choice of its own. Text only: nothing of the data
// is read as HTML.
const MARKS = { reported: "●", derived: "○", imputed: "◌" }
const AT_ONCE = 30 // rows drawn from the start: more than the frame shows
const NEAR = 22 // once this row is seen, the others are drawn too

function span(className, text) {
  const made = document.createElement("span")
  made.className = className
  made.textContent = text
  return made
}

function named(cell, pick) {
  if (pick) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "pick"
    button.textContent = cell.t
    button.onclick = pick
    return button
  }
  if (cell.h && /^https:\/\//.test(cell.h)) {
    const link = document.createElement("a")
    link.href = cell.h
    link.target = "_blank"
    link.rel = "noopener noreferrer"
    link.textContent = cell.t
    return link
  }
  return cell.t
}

function cellOf(cell, column, pick) {
  const td = document.createElement("td")
  if (column.num) td.classList.add("num")
  if (column.wrap) td.classList.add("wrap")
  if (cell.t === "" || cell.t === "–") td.classList.add("blank")
  td.dataset.head = column.t
  if (cell.c) {
    const swatch = span("swatch", "")
    swatch.style.background = cell.c
    td.append(swatch)
  }
  td.append(named(cell, pick))
  if (cell.s in MARKS) {
    const mark = span("mark", MARKS[cell.s])
    mark.title = cell.s
    mark.setAttribute("role", "img")
    mark.setAttribute("aria-label", cell.s)
    td.append(mark)
  }
  if (cell.d) td.title = cell.d
  return td
}

// A row is a list of cells, or {cells, value, chosen} where it opens something.
const cellsOf = (row) => row.cells ?? row

function order(rows, index, direction) {
  const value = (row) => {
    const cell = cellsOf(row)[index]
    return cell.v === undefined ? cell.t : cell.v
  }
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === null || y === null) return (x === null) - (y === null)
    return direction * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)))
  })
}

export default function ({ data: sent, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".frame")
  frame.send = setTriggerValue
  const stamp = sent.packed === undefined ? JSON.stringify(sent) : sent.title + sent.packed
  if (frame.stamp === stamp) return
  frame.stamp = stamp
  frame.watch?.disconnect()
  if (frame.checkVisibility()) return draw(sent, frame, parentElement)
  // a list that only a telephone shows is made when it is shown
  frame.watch = new ResizeObserver(() => {
    if (!frame.checkVisibility()) return
    frame.watch.disconnect()
    draw(sent, frame, parentElement)
  })
  frame.watch.observe(frame)
}

function draw(sent, frame, parentElement) {
  const data = sent.packed === undefined ? sent : { ...JSON.parse(sent.packed), title: sent.title }
  frame.setAttribute("aria-label", data.title)
  frame.classList.toggle("blocks", Boolean(data.blocks))
  parentElement.querySelector("caption").textContent = data.title
  const body = parentElement.querySelector("tbody")
  const head = parentElement.querySelector("thead tr")
  const drawn = (row) => {
    const tr = document.createElement("tr")
    tr.classList.toggle("chosen", Boolean(row.chosen))
    const pick = row.value === undefined ? null : () => frame.send("open", { value: row.value, at: Date.now() })
    tr.append(...cellsOf(row).map((cell, i) => cellOf(cell, data.columns[i], i === 0 ? pick : null)))
    return tr
  }
  const fill = (rows) => {
    frame.near?.disconnect()
    body.replaceChildren(...rows.slice(0, AT_ONCE).map(drawn))
    if (rows.length <= AT_ONCE) return
    frame.near = new IntersectionObserver((seen) => {
      if (!seen.some((entry) => entry.isIntersecting)) return
      frame.near.disconnect()
      body.append(...rows.slice(AT_ONCE).map(drawn))
    })
    frame.near.observe(body.rows[NEAR])
  }
  head.replaceChildren(
    ...data.columns.map((column, index) => {
      const th = document.createElement("th")
      th.scope = "col"
      if (column.num) th.className = "num"
      const button = document.createElement("button")
      button.type = "button"
      button.textContent = column.t
      if (column.d) button.title = column.d
      button.onclick = () => {
        const down = th.getAttribute("aria-sort") === "ascending"
        for (const other of head.children) other.removeAttribute("aria-sort")
        th.setAttribute("aria-sort", down ? "descending" : "ascending")
        fill(order(data.rows, index, down ? -1 : 1))
      }
      th.append(button)
      return th
    }),
  )
  fill(data.rows)
  parentElement.querySelector("table").setAttribute("aria-rowcount", data.rows.length + 1)
  const hidden = data.total - data.rows.length
  const more = `${hidden.toLocaleString("en-GB")} more ${hidden === 1 ? "row" : "rows"}: ${data.more ?? "they are in the CSV"}.`
  parentElement.querySelector(".more").textContent = hidden > 0 ? more : ""
}
