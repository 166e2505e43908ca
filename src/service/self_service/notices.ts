import type { MailMessage } from '../messaging/messaging.ts'
import type { User } from '../people/user.ts'

/** A change that users are notified of by mail, in case another person made it. */
export type Notice =
  | { readonly kind: 'device_added'; readonly name: string }
  | { readonly kind: 'device_removed'; readonly name: string }
  | { readonly kind: 'passkey_added'; readonly name: string }
  | { readonly kind: 'passkey_removed'; readonly name: string }
  | { readonly kind: 'recovery_codes_made' }

/** Builds the mail that notifies a user of a change. */
export function noticeMail(user: User, notice: Notice, now: number): MailMessage {
  const { subject, happened } = words(notice)
  const at = `${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return buildMail(user.email, subject, [
    `Hello ${user.realname === '' ? user.username : user.realname},`,
    `${happened} Account: ${user.username}. Time: ${at}.`,
    'If this was you, you don’t need to do anything.',
    'If it wasn’t you, tell your administrator immediately: another person may be able to sign in as you.',
  ])
}

/** Builds the mail that asks a user to enrol. */
export function invitationMail(
  to: string,
  username: string,
  link: string,
  validHours: number,
): MailMessage {
  return buildMail(
    to,
    'Set up two-step sign-in',
    [
      `Hello ${username},`,
      'You now need a second step in addition to your password to sign in. Setting it up takes about two minutes; have your phone ready.',
      `The link works once and expires after ${hours(validHours)}. Don’t share it: anyone who opens it can sign in as you.`,
      'If you did not expect this mail, ask your administrator before you open the link.',
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
        happened: `The device “${notice.name}” can no longer be used to sign in.`,
      }
    case 'passkey_added':
      return {
        subject: 'A passkey was added to your account',
        happened: `The passkey “${notice.name}” can now be used to manage your devices.`,
      }
    case 'passkey_removed':
      return {
        subject: 'A passkey was removed from your account',
        happened: `The passkey “${notice.name}” no longer works.`,
      }
    case 'recovery_codes_made':
      return {
        subject: 'New recovery codes for your account',
        happened: 'New recovery codes were created. Your previous codes no longer work.',
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

/** A button with its address below, so that readers see where it leads. */
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

/** Wraps text for mail programs that show lines unchanged; a link is never wrapped. */
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
