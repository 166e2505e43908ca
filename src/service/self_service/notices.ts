import type { MailMessage } from '../messaging/messaging.ts'
import type { User } from '../people/user.ts'

/** What a user is told by mail, so that what somebody else did in his name does not stay unseen. */
export type Notice =
  | { readonly kind: 'device_added'; readonly name: string }
  | { readonly kind: 'device_removed'; readonly name: string }
  | { readonly kind: 'passkey_added'; readonly name: string }
  | { readonly kind: 'passkey_removed'; readonly name: string }
  | { readonly kind: 'recovery_codes_made' }

/** The mails of the portal: all their words stand here. */
export function noticeMail(user: User, notice: Notice, now: number): MailMessage {
  const { subject, happened } = words(notice)
  const at = `${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return buildMail(user.email, subject, [
    `Hello ${user.realname === '' ? user.username : user.realname},`,
    `${happened} It happened at ${at}, for the account ${user.username}.`,
    'If this was you, there is nothing to do.',
    'If it was not, tell your administrator at once: somebody else may be able to sign in as you.',
  ])
}

/** Asks somebody to enrol. */
export function invitationMail(
  to: string,
  username: string,
  link: string,
  validHours: number,
): MailMessage {
  return buildMail(
    to,
    'Set up your second factor',
    [
      `Hello ${username},`,
      'from now on your sign-in asks for a second proof beside your password. Setting it up takes about two minutes; have your phone at hand.',
      `The link works once, for ${hours(validHours)}. Do not pass it on: whoever opens it can sign in as you.`,
      'If you did not expect this, ask your administrator before you open it.',
    ],
    { label: 'Set up now', link },
  )
}

function words(notice: Notice): { readonly subject: string; readonly happened: string } {
  switch (notice.kind) {
    case 'device_added':
      return {
        subject: 'A device was added to your account',
        happened: `The device “${notice.name}” can now be used to sign in.`,
      }
    case 'device_removed':
      return {
        subject: 'A device was removed from your account',
        happened: `The device “${notice.name}” can’t be used to sign in any more.`,
      }
    case 'passkey_added':
      return {
        subject: 'A passkey was added to your account',
        happened: `The passkey “${notice.name}” now opens the page where you manage your devices.`,
      }
    case 'passkey_removed':
      return {
        subject: 'A passkey was removed from your account',
        happened: `The passkey “${notice.name}” is worth nothing any more.`,
      }
    case 'recovery_codes_made':
      return {
        subject: 'New recovery codes for your account',
        happened: 'New recovery codes were made; those you had before are worth nothing any more.',
      }
  }
}

function hours(count: number): string {
  if (count % 24 === 0 && count > 24) return `${count / 24} days`
  return count === 1 ? 'one hour' : `${count} hours`
}

function buildMail(
  to: string,
  subject: string,
  paragraphs: readonly string[],
  button?: { readonly label: string; readonly link: string },
): MailMessage {
  const [greeting = '', first = '', ...rest] = paragraphs
  const text = [
    greeting,
    first,
    ...(button === undefined ? [] : [`${button.label}:\n${button.link}`]),
    ...rest,
  ]
  const html = [
    paragraph(greeting),
    paragraph(first),
    ...(button === undefined ? [] : [buttonHtml(button.label, button.link)]),
    ...rest.map(paragraph),
  ]
  return {
    to,
    subject,
    text: `${text.map(folded).join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><body style="margin:0;padding:24px;background:#f6f7fb;color:#171a26;font:16px/1.5 system-ui,sans-serif"><div style="max-width:520px;margin:0 auto;padding:28px;background:#fff;border-radius:12px"><h1 style="margin:0 0 16px;font-size:20px">${escaped(subject)}</h1>${html.join('')}</div></body></html>`,
  }
}

function paragraph(text: string): string {
  return `<p style="margin:0 0 14px">${escaped(text)}</p>`
}

/** With the address below it, for those who look where a button leads before they press it. */
function buttonHtml(label: string, link: string): string {
  const href = escaped(link)
  return `<p style="margin:20px 0"><a href="${href}" style="display:inline-block;padding:12px 20px;border-radius:10px;background:#2b4acb;color:#fff;text-decoration:none;font-weight:600">${escaped(label)}</a></p><p style="margin:0 0 14px;font-size:13px;color:#565c70;word-break:break-all">${href}</p>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const maxLineLength = 76

/** Lines that a mail program shows as they are; a link is never broken. */
function folded(text: string): string {
  if (text.includes('://')) return text
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= maxLineLength) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}
