import type { DirectoryPerson } from './access-token.ts'

/** The sign-in page: one button per sample person, no password. */
export function signInPage(people: readonly DirectoryPerson[]): string {
  const buttons = people.map(
    ({ oid, name, roles }) =>
      `<p><button name="person" value="${escapeHtml(oid)}">${escapeHtml(name)}</button> ${escapeHtml(roles.join(', '))}</p>`,
  )
  return page('Sign in as', `<form method="post">${buttons.join('\n')}</form>`)
}

/** What a browser shows when a sign-in cannot go on. */
export function errorPage(error: {
  error: string
  error_description?: string | undefined
}): string {
  return page(error.error, `<p>${escapeHtml(error.error_description ?? '')}</p>`)
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en-GB"><meta charset="utf-8">
<title>${escapeHtml(title)}</title><style>body{font:1.1rem system-ui;margin:3rem auto;max-width:32rem}</style>
<h1>${escapeHtml(title)}</h1><p>Local sample people, for development only.</p>
${body}</html>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
