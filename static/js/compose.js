// The composer: toolbar, names after @ and #, preview in place, and a draft that is never lost. htmx sends the drafts and fetches
// the preview (see the attributes in the page); this file is about what is on the screen meanwhile.
import '@github/markdown-toolbar-element'
import '@github/text-expander-element'
import { keepDraft } from './drafts.js'
import { topicField } from './topics.js'

export function composers() {
  for (const form of document.querySelectorAll('form[data-compose]')) {
    for (const expander of form.querySelectorAll('text-expander')) expand(expander)
    for (const editor of form.querySelectorAll('.editor')) preview(editor)
    topicField(form)
    keepDraft(form)
    // Enter in a one-line field would press the first button of the form; people who press it there mean "go on".
    form.elements.title?.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return
      event.preventDefault()
      form.elements.body.focus()
    })
  }
}

// expand offers people after @ and topics after #, as the server lists them.
function expand(expander) {
  expander.addEventListener('text-expander-change', (event) => {
    const { key, text, provide } = event.detail
    const type = key === '@' ? 'person' : 'topic'
    provide(
      fetch(`/suggest?type=${type}&q=${encodeURIComponent(text)}`, { headers: { Accept: 'text/html', 'HX-Request': 'true' } })
        .then((answer) => (answer.ok && !answer.redirected ? answer.text() : ''))
        .catch(() => '')
        .then((html) => {
          const box = document.createElement('div')
          box.innerHTML = html
          const fragment = box.querySelector('ul')
          return { matched: Boolean(fragment?.querySelector('[role=option]')), fragment }
        }),
    )
  })
  expander.addEventListener('text-expander-value', (event) => {
    event.detail.value = event.detail.item.dataset.value
  })
}

// preview turns the two buttons into a switch between the text and what it will look like.
function preview(editor) {
  const [write, look] = editor.querySelectorAll('.sw button')
  const show = (previewing) => {
    editor.classList.toggle('previewing', previewing)
    write.setAttribute('aria-pressed', String(!previewing))
    look.setAttribute('aria-pressed', String(previewing))
  }
  write.hidden = false
  write.addEventListener('click', () => {
    show(false)
    editor.querySelector('textarea').focus()
  })
  editor.addEventListener('htmx:afterSwap', (event) => {
    if (event.target.matches('.preview')) show(true)
  })
  // After a mistake the text comes first.
  show(Boolean(editor.querySelector('.preview').textContent.trim()) && !editor.closest('.bad'))
}
