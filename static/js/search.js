// The search box becomes a combobox: suggestions while typing, arrows to choose, Enter on none searches as before. "/" goes to it.
import Combobox from '@github/combobox-nav'

const PAUSE = 120 // ms between the last key and the question to the server

export function searchBox() {
  const input = document.querySelector('input[data-suggest]')
  if (!input) return
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
    event.preventDefault()
    input.focus()
    input.select()
  })

  const list = document.createElement('div')
  list.id = 'suggestions'
  list.className = 'sugg'
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', 'Suggestions')
  list.hidden = true
  input.form.append(list)
  input.setAttribute('autocomplete', 'off')
  const combobox = new Combobox(input, list, { tabInsertsSuggestions: false })

  let timer
  let asking
  const close = () => {
    asking?.abort()
    clearTimeout(timer)
    combobox.stop()
    list.hidden = true
  }
  const ask = async () => {
    const q = input.value.trim()
    if (q.length < 2) return close()
    asking?.abort()
    asking = new AbortController()
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(q)}`, {
        headers: { Accept: 'text/html', 'HX-Request': 'true' },
        signal: asking.signal,
      })
      if (!answer.ok || answer.redirected) return close()
      list.innerHTML = await answer.text()
    } catch (error) {
      if (error.name !== 'AbortError') close()
      return
    }
    combobox.stop()
    list.hidden = !list.querySelector('[role=option]') || document.activeElement !== input
    if (!list.hidden) combobox.start()
  }
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE)
  })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault()
      close()
    }
  })
  input.addEventListener('blur', close)
  // A press on the list must not take the focus away before its click arrives.
  list.addEventListener('mousedown', (event) => event.preventDefault())
  list.addEventListener('combobox-commit', (event) => {
    const target = event.target.closest('a')
    if (!target) return
    close()
  })
}

function typing(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)
}

// What was opened from a page of results closes a gap: the hub is told the words, and neither who nor what.
export function openedResults() {
  const list = document.querySelector('[data-opened]')
  list?.addEventListener('click', (event) => {
    if (event.target.closest('a')) navigator.sendBeacon('/search/opened', new URLSearchParams({ q: list.dataset.opened }))
  })
}
