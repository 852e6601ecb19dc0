// A draft is saved on the server a moment after the last key. When that fails, because the session ended or the network did,
// the text stays in this browser under the writer's own name until the server has it, and comes back on the next visit.
import { forget, keep, markSent, read } from './store.js'

export function keepDraft(form) {
  const status = form.querySelector('[data-draft]')
  const body = form.elements.body
  if (!status || !body) return
  const key = `draft ${form.dataset.me} ${form.elements.place.value}`
  let unsaved = false

  const kept = read(key)
  if (kept && !body.value.trim()) {
    body.value = kept
    status.textContent = 'Your text from before is back.'
    unsaved = true
  }

  form.addEventListener('input', () => {
    unsaved = true
  })
  form.addEventListener('htmx:afterRequest', (event) => {
    if (event.target !== status) return
    unsaved = !event.detail.successful
    if (event.detail.successful) return forget(key)
    keep(key, body.value)
    status.textContent =
      event.detail.xhr?.status === 401
        ? 'You are signed out. Your text is kept in this browser: sign in again in another tab, then go on here.'
        : 'Not saved yet. Your text is kept in this browser.'
  })
  form.addEventListener('submit', (event) => {
    if (event.submitter?.hasAttribute('hx-post')) return
    // Should the session have ended, the text must survive the way through the sign-in page.
    keep(key, body.value)
    markSent(key)
    unsaved = false
  })
  addEventListener('beforeunload', (event) => {
    if (unsaved && body.value.trim()) event.preventDefault()
  })
}
