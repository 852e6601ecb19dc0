// Copies of unsent text in this browser. Private windows and strict settings may refuse storage: then the server's drafts are the
// only copies.
function attempt(action) {
  try {
    return action()
  } catch {
    return null
  }
}
export const keep = (key, text) => attempt(() => localStorage.setItem(key, text))
export const read = (key) => attempt(() => localStorage.getItem(key))
export const forget = (key) => attempt(() => localStorage.removeItem(key))
export const markSent = (key) => attempt(() => sessionStorage.setItem('sent', key))

// settleSent runs on every page. The page after sending says what became of the text: at the sign-in page the copy stays until
// the writer is back at the composer; any other page has the text itself, published or in its form.
export function settleSent() {
  const key = attempt(() => sessionStorage.getItem('sent'))
  if (!key) return
  attempt(() => sessionStorage.removeItem('sent'))
  if (!location.pathname.startsWith('/sign-in')) forget(key)
}
