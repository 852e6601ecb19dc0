// What every page gets. Each feature stands on a page that already works without it.
import htmx from 'htmx.org'
import { menus } from './menus.js'
import { openedResults, searchBox } from './search.js'
import { settleSent } from './store.js'
import { updates } from './updates.js'

document.documentElement.classList.add('js')
menus()
searchBox()
openedResults()
updates(htmx)
settleSent()

if (document.querySelector('select[data-places]')) {
  import('./places.js').then(({ places }) => places())
}

// The composer is half of all script and on few pages.
if (document.querySelector('form[data-compose]')) {
  import('./compose.js').then(({ composers }) => composers())
}

// "Ask me about", on the form of a profile.
const asks = document.querySelector('form[data-asks]')
if (asks) {
  import('./topics.js').then(({ topicField }) => topicField(asks, 'ask_about'))
}
