// What htmx needs to know about this hub.
//
// A small form with an id (useful, follow) is answered either by itself, or, after the redirect that browsers without script
// follow too, by the whole page: both are right, because only the element with the same id is taken from the answer.
export function updates(htmx) {
  document.addEventListener('htmx:beforeSwap', (event) => {
    const { target, xhr } = event.detail
    if (!(target instanceof HTMLFormElement) || !target.id || xhr.status >= 400) return
    event.detail.selectOverride = `#${CSS.escape(target.id)}`
    if (xhr.responseText.includes(`id="${target.id}"`)) return
    // Something else came back: show the page as it now is, rather than nothing where the button was.
    event.detail.shouldSwap = false
    location.reload()
  })

  // The button that was pressed is gone after the swap: its successor takes the focus, so that keyboard and screen reader stay.
  let pressed = ''
  document.addEventListener('htmx:beforeRequest', (event) => {
    const form = event.detail.elt
    pressed = form instanceof HTMLFormElement && form.contains(document.activeElement) ? form.id : ''
  })
  document.addEventListener('htmx:afterSettle', () => {
    if (pressed) document.getElementById(pressed)?.querySelector('button')?.focus()
    pressed = ''
  })

  document.addEventListener('htmx:responseError', (event) => {
    const { xhr, elt } = event.detail
    if (elt.matches('[data-quiet]')) return
    if (xhr.status === 401) {
      const back = location.pathname + location.search
      location.assign(`/sign-in?return=${encodeURIComponent(back)}`)
      return
    }
    const sent = new DOMParser().parseFromString(xhr.responseText, 'text/html').querySelector('[role=alert]')
    say(sent?.textContent.trim() || 'That did not work. Please try again.')
  })
  document.addEventListener('htmx:sendError', (event) => {
    if (!event.detail.elt.matches('[data-quiet]')) say('The hub cannot be reached. Please check your connection and try again.')
  })
  return htmx
}

// say shows a message that is read out, and stays until it is closed.
export function say(text) {
  let toasts = document.querySelector('.toasts')
  if (!toasts) {
    toasts = document.createElement('div')
    toasts.className = 'toasts'
    toasts.setAttribute('role', 'alert')
    document.body.append(toasts)
  }
  const toast = document.createElement('div')
  const words = document.createElement('span')
  words.textContent = text
  const close = document.createElement('button')
  close.type = 'button'
  close.className = 'btn alt small'
  close.textContent = 'Close'
  close.addEventListener('click', () => toast.remove())
  toast.append(words, close)
  toasts.replaceChildren(toast)
}
