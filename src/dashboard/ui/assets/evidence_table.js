// A table that sorts, with every number marked as reported or derived. Text only: nothing of the data is read as HTML.
const MARKS = { reported: "●", derived: "○", imputed: "◌" }

function cellOf(cell, column, first) {
  const td = document.createElement("td")
  if (column.num) td.className = "num"
  if (first) td.className = "first"
  if (column.wrap) td.className = "wrap"
  if (cell.c) {
    const swatch = document.createElement("span")
    swatch.className = "swatch"
    swatch.style.background = cell.c
    td.append(swatch)
  }
  if (cell.h && /^https:\/\//.test(cell.h)) {
    const link = document.createElement("a")
    link.href = cell.h
    link.target = "_blank"
    link.rel = "noopener noreferrer"
    link.textContent = cell.t
    td.append(link)
  } else td.append(cell.t)
  if (cell.s in MARKS) {
    const mark = document.createElement("span")
    mark.className = "mark"
    mark.textContent = MARKS[cell.s]
    mark.title = cell.s
    mark.setAttribute("role", "img")
    mark.setAttribute("aria-label", cell.s)
    td.append(mark)
  }
  if (cell.t === "–") td.classList.add("empty")
  if (cell.d) td.title = cell.d
  return td
}

function order(rows, index, direction) {
  const value = (row) => row[index].v ?? (row[index].v === null ? null : row[index].t)
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === null || y === null) return (x === null) - (y === null)
    return direction * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)))
  })
}

export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector(".frame")
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
        tr.append(...row.map((cell, i) => cellOf(cell, data.columns[i], i === 0)))
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
  parentElement.querySelector(".more").textContent = hidden > 0 ? `${hidden} more rows are in the CSV.` : ""
}
