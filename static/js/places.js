// Where a thread goes decides who can see it. The page offers every audience; this puts away those the chosen place does not allow,
// and chooses the usual one of the place when the one that was chosen is put away.
export function places() {
  for (const select of document.querySelectorAll('select[data-places]')) follow(select)
}

function follow(select) {
  const radios = [...select.form.querySelectorAll('input[name=audience]')]
  const narrow = () => {
    const allowed = (select.selectedOptions[0]?.dataset.audiences ?? '').split(' ')
    for (const radio of radios) {
      const fits = allowed.includes(radio.value)
      radio.disabled = !fits
      radio.closest('.choice').hidden = !fits
    }
    if (!radios.some((radio) => radio.checked && !radio.disabled)) {
      const usual = radios.find((radio) => radio.value === allowed[0])
      if (usual) usual.checked = true
    }
  }
  select.addEventListener('change', narrow)
  narrow()
}
