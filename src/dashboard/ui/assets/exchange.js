// What a component without state and the server say to each other. The server says what is chosen (`data`) and the token
// of the last click that it heard; a click sends every change that is not yet answered, so that quick clicks are all kept.
const STALE_AFTER_MS = 4000

function exchange(root, data, setTriggerValue) {
  const own = (root.atlas ??= { token: 0, sentAt: 0, unanswered: {}, built: false })
  own.say = (changes) => {
    Object.assign(own.unanswered, changes)
    own.token = Math.max(own.token + 1, Date.now())
    own.sentAt = performance.now()
    setTriggerValue("choose", { values: own.unanswered, token: own.token })
  }
  // a server that started under an open tab sees the first click before it can answer: say it again
  if (data.again && data.again === own.token && own.repeated !== data.again) {
    own.repeated = data.again
    own.say({})
    return null
  }
  // the answer to an older click must not undo a newer one
  if (own.built && data.token < own.token && performance.now() - own.sentAt < STALE_AFTER_MS) return null
  own.unanswered = {}
  return own
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name in element && name !== "list") element[name] = value
    else element.setAttribute(name, value)
  }
  element.append(...children)
  return element
}
