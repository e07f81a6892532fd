// A sortable table whose rows are chosen by a button in their first cell. It holds no choice of its own: a click sends the
// row's value once. Text only: nothing of the data is read as HTML.
const MARKS = { reported: "●", derived: "○", imputed: "◌" }

function span(className, text) {
  const made = document.createElement("span")
  made.className = className
  made.textContent = text
  return made
}

function cellOf(cell, column, pick) {
  const td = document.createElement("td")
  if (column.num) td.className = "num"
  td.dataset.head = column.t
  if (cell.t === "" || cell.t === "–") td.classList.add("blank")
  if (cell.c) {
    const swatch = span("swatch", "")
    swatch.style.background = cell.c
    td.append(swatch)
  }
  if (pick) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "pick"
    button.textContent = cell.t
    button.onclick = pick
    td.append(button)
  } else td.append(cell.t)
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

function order(rows, index, direction) {
  const value = (row) => (row.cells[index].v === undefined ? row.cells[index].t : row.cells[index].v)
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === null || y === null) return (x === null) - (y === null)
    return direction * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)))
  })
}

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".frame")
  frame.send = setTriggerValue
  const stamp = JSON.stringify(data)
  if (frame.stamp === stamp) return
  frame.stamp = stamp
  frame.setAttribute("aria-label", data.title)
  parentElement.querySelector("caption").textContent = data.title
  const body = parentElement.querySelector("tbody")
  const head = parentElement.querySelector("thead tr")
  const fill = (rows) =>
    body.replaceChildren(
      ...rows.map((row) => {
        const tr = document.createElement("tr")
        tr.classList.toggle("chosen", Boolean(row.chosen))
        const pick = () => frame.send("open", { value: row.value, at: Date.now() })
        tr.append(...row.cells.map((cell, i) => cellOf(cell, data.columns[i], i === 0 ? pick : null)))
        return tr
      }),
    )
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
  const hidden = data.total - data.rows.length
  parentElement.querySelector(".more").textContent = hidden > 0 ? `${hidden.toLocaleString("en-GB")} more: narrow the filters or search to see them.` : ""
}
