// One Back step per gesture. Streamlit pushes a history entry for every bound widget that a callback or a page switch sets,
// so a click that sets four filters would need four steps back through views that nobody chose. The first push after a
// gesture stays a push; what follows until the next gesture belongs to it and replaces it.
// It has to be there before the first click, so it stands in the page itself (ui/page_head.py), not in a component.
function oneStepPerGesture() {
  if (window.atlasHistory) return
  window.atlasHistory = true
  let pushed = false
  for (const gesture of ["pointerdown", "keydown"]) window.addEventListener(gesture, () => { pushed = false }, true)
  window.addEventListener("popstate", () => { pushed = true }, true)
  const push = window.history.pushState.bind(window.history)
  window.history.pushState = (...entry) => {
    if (pushed) window.history.replaceState(...entry)
    else push(...entry)
    pushed = true
  }
}

oneStepPerGesture()
