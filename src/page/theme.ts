// Light or dark: as the system, unless the reader chooses. The choice is kept where the browser allows it.

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
      // Pages from files and in private windows may have no storage.
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
