// A field of topics is a line of names with commas. With script the name being typed gets a list, fed from the <datalist> that
// is in the page anyway, and the suggested topics become buttons.
import Combobox from '@github/combobox-nav'

const LONGEST = 8 // names in the list

export function topicField(form, name = 'topics') {
  const input = form.elements[name]
  if (!input) return
  const names = [...(input.list?.options ?? [])].map((option) => option.value)
  input.removeAttribute('list')
  input.setAttribute('autocomplete', 'off')

  const list = document.createElement('ul')
  list.id = 'topic-options'
  list.className = 'sugg'
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', 'Topics')
  list.hidden = true
  input.parentElement.append(list)
  const combobox = new Combobox(input, list)

  const parts = () => input.value.split(',')
  const close = () => {
    combobox.stop()
    list.hidden = true
  }
  const put = (name, add) => {
    const all = parts().map((part) => part.trim())
    if (add) all.push(name)
    else all[all.length - 1] = name
    input.value = `${all.filter(Boolean).join(', ')}, `
    input.dispatchEvent(new Event('input', { bubbles: true }))
    close()
    input.focus()
  }

  input.addEventListener('input', () => {
    const all = parts().map((part) => part.trim().toLowerCase())
    const word = all.pop()
    combobox.stop()
    list.replaceChildren()
    const found = word ? names.filter((name) => name.toLowerCase().includes(word) && !all.includes(name.toLowerCase())) : []
    found.sort((a, b) => a.toLowerCase().indexOf(word) - b.toLowerCase().indexOf(word))
    for (const [i, name] of found.slice(0, LONGEST).entries()) {
      const option = document.createElement('li')
      option.id = `topic-option-${i}`
      option.setAttribute('role', 'option')
      option.textContent = name
      list.append(option)
    }
    list.hidden = found.length === 0
    if (!list.hidden) combobox.start()
  })
  list.addEventListener('mousedown', (event) => event.preventDefault())
  list.addEventListener('combobox-commit', (event) => put(event.target.textContent, false))
  input.addEventListener('blur', close)
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault()
      close()
    }
    // Enter chooses from the list, and never sends the form from this field.
    if (event.key === 'Enter') event.preventDefault()
  })

  for (const chip of form.querySelectorAll('[data-topic]')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'chip'
    button.textContent = chip.dataset.topic
    button.addEventListener('click', () => {
      put(chip.dataset.topic, true)
      button.remove()
    })
    chip.replaceWith(button)
  }
}
