import type { ShownDeviceLogin } from '../service/index.ts'
import { encodeHtml, htmlPage } from './html.ts'

/** The page that asks for a code and a token, with what was wrong the last time. */
export function askPage(code: string, wrong?: { readonly message: string; readonly hint: string }): string {
  return document('Log in a program', [
    ...(wrong === undefined
      ? []
      : [`<p class="wrong" role="alert">${encodeHtml(wrong.message)}<br>${encodeHtml(wrong.hint)}</p>`]),
    '<p>A program asked for a login, here or on another machine. It shows a code.',
    '<strong>If you did not start this, close the page.</strong></p>',
    '<form method="post" action="/login/device" autocomplete="off">',
    '<label for="code">The code that the program shows</label>',
    `<input id="code" name="code" value="${encodeHtml(code.slice(0, 40))}" required maxlength="40" autocapitalize="characters" spellcheck="false">`,
    '<label for="token">Your personal access token</label>',
    '<input id="token" name="token" type="password" required maxlength="200" autocomplete="off" spellcheck="false">',
    '<p class="small">It begins with <code>esc_p_</code>. It is used to see who you are, and is not kept.</p>',
    '<button type="submit">Go on</button>',
    '</form>',
  ])
}

/** The page that says what would be allowed. Nothing happens before a button is pressed. */
export function decidePage(shown: ShownDeviceLogin): string {
  const { confirmation, userCode, machine, address, login, scopes, seconds } = shown
  const rows: readonly (readonly [string, string])[] = [
    ['Code', userCode],
    ['Machine', machine === '' ? 'not told' : `${machine} (as it says)`],
    ['Address', address === '' ? 'unknown' : address],
    ['Logs in as', login],
    ['May do', scopes === null ? 'everything that you may do' : scopes.join(', ')],
    ['For', lifeOf(seconds)],
  ]
  return document('Allow this login?', [
    '<dl>',
    ...rows.map(([name, value]) => `<dt>${encodeHtml(name)}</dt><dd>${encodeHtml(value)}</dd>`),
    '</dl>',
    '<p>Allow it only if the program in front of you shows this code.',
    '<strong>If you did not start this, close the page.</strong></p>',
    '<form method="post" action="/login/device/answer" autocomplete="off">',
    `<input type="hidden" name="confirmation" value="${encodeHtml(confirmation)}">`,
    '<button type="submit" name="answer" value="deny">Deny</button>',
    '<button type="submit" name="answer" value="allow">Allow</button>',
    '</form>',
  ])
}

/** The page after the answer. */
export function endPage(title: string, text: string): string {
  return document(title, [`<p>${encodeHtml(text)}</p>`])
}

function lifeOf(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60))
  return minutes >= 120 ? `${Math.round(minutes / 60)} hours` : `${minutes} minutes`
}

function document(title: string, body: readonly string[]): string {
  return htmlPage({
    title: `${title} · OpenESC`,
    style: '/login/page.css',
    body: ['<main>', `<h1>${encodeHtml(title)}</h1>`, ...body, '</main>'],
  })
}

/** The style sheet of the pages. */
export const pageStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 30rem; margin: 2rem auto; padding: 0 1rem }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600 }
input { box-sizing: border-box; width: 100%; padding: .5rem; font: 1rem ui-monospace, monospace }
button { margin: 1rem .5rem 0 0; padding: .5rem 1.25rem; font: inherit }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dt { opacity: .8 }
dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace }
.small { margin: .25rem 0; font-size: .875rem; opacity: .8 }
.wrong { border-left: .25rem solid #c33; padding-left: .75rem }
`
