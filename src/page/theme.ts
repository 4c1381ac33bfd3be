// The light or dark theme: the system's, unless the user chooses. The choice is stored if the browser allows it.

const KEY = 'mqtt-wire theme'

export function themeSwitch(select: HTMLSelectElement): void {
  const known = stored()
  if (known !== undefined && Array.from(select.options, ({ value }) => value).includes(known))
    select.value = known
  const apply = (): void => {
    document.documentElement.style.colorScheme = select.value
  }
  apply()
  select.addEventListener('change', () => {
    apply()
    try {
      localStorage.setItem(KEY, select.value)
    } catch {
      // Pages opened from files or in private windows may have no storage.
    }
  })
}

function stored(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}
