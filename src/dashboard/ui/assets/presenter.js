// Moves between steps. It keeps its own step and sends the absolute number, so that presses which come faster than the
// server answers are all counted; an answer to an older press never undoes a newer one.
const STALE_AFTER_MS = 4000
const KEYS = {
  ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Home: -Infinity, End: Infinity,
}
const ROOT_SIZE = "clamp(15px, 1.35vw, 26px)"

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen()
  else document.documentElement.requestFullscreen?.().catch(() => {})
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const bar = parentElement.querySelector(".bar")
  const own = (bar.atlas ??= { step: data.step, sent: null, sentAt: 0, before: null })
  if (own.before === null) {
    own.before = document.documentElement.style.fontSize
    document.documentElement.style.fontSize = ROOT_SIZE
  }
  if (own.sent === data.step || own.sent === null || performance.now() - own.sentAt > STALE_AFTER_MS) {
    own.sent = null
    own.step = data.step
  }
  const last = data.steps.length
  const show = () => {
    bar.querySelector(".place").textContent = `${own.step} of ${last}`
    bar.querySelector(".track span").style.width = `${(100 * own.step) / last}%`
    bar.querySelector(".back").disabled = own.step <= 1
    bar.querySelector(".next").disabled = own.step >= last
  }
  const go = (by) => {
    const step = Math.max(1, Math.min(last, own.step + by))
    if (step === own.step) return
    own.step = own.sent = step
    own.sentAt = performance.now()
    show()
    setStateValue("step", step)
  }
  show()
  bar.querySelector(".back").onclick = () => go(-1)
  bar.querySelector(".next").onclick = () => go(1)
  bar.querySelector(".copy").onclick = () => copyLink(data.version, bar.querySelector(".said"), bar.querySelector("input"))
  bar.querySelector(".full").onclick = fullScreen
  bar.querySelector(".close").onclick = () => setTriggerValue("close", true)
  // the script runs again at every change of its data: one listener, the newest
  if (own.onKey) document.removeEventListener("keydown", own.onKey)
  own.onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return
    if (event.key === " " && event.composedPath()[0]?.tagName === "BUTTON") return
    if (event.key === "f" || event.key === "F") fullScreen()
    else if (event.key in KEYS) {
      event.preventDefault()
      go(KEYS[event.key])
    }
  }
  document.addEventListener("keydown", own.onKey)
  return () => {
    document.removeEventListener("keydown", own.onKey)
    document.documentElement.style.fontSize = own.before
    own.before = own.onKey = null
  }
}
