// The menu under the avatar is a <details>: this adds Escape and a click elsewhere to close it.
export function menus() {
  const open = () => document.querySelectorAll('details:is(.me, .rooms .more > *)[open]')
  document.addEventListener('click', (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of open()) {
      menu.open = false
      menu.querySelector('summary').focus()
    }
  })
}
