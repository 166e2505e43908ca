import type { MailMessage } from '../messaging/messaging.ts'
import type { User } from '../people/user.ts'

/** A change that users are notified of by mail, in case another person made it. */
export type Notice =
  | { readonly kind: 'device_added'; readonly name: string }
  | { readonly kind: 'device_removed'; readonly name: string }
  | { readonly kind: 'passkey_added'; readonly name: string }
  | { readonly kind: 'passkey_removed'; readonly name: string }
  | { readonly kind: 'recovery_codes_made' }

/** The organisation, as its mails show it. */
export interface MailSender {
  readonly name: string
  /** Where users get help; empty if the organisation does not say. */
  readonly helpText: string
  /** A name of the IANA time zone database. */
  readonly timeZone: string
}

/** Builds the mail that notifies a user of a change. */
export function noticeMail(
  user: User,
  notice: Notice,
  sender: MailSender,
  now: number,
): MailMessage {
  const { subject, happened } = words(notice)
  return buildMail(user.email, subject, sender, [
    `Hello ${user.realname === '' ? user.username : user.realname},`,
    `${happened} Account: ${user.username}. Time: ${formatTime(now, sender.timeZone)}.`,
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
  sender: MailSender,
): MailMessage {
  return buildMail(
    to,
    'Set up two-step sign-in',
    sender,
    [
      `Hello ${username},`,
      `${sender.name} now asks for a second step in addition to your password when you sign in. Setting it up takes about two minutes; have your phone ready.`,
      `The link works once and expires after ${hours(validHours)}. Don’t share it: anyone who opens it can sign in as you.`,
      'If you did not expect this mail, ask your administrator before you open the link.',
    ],
    { label: 'Set up now', link },
  )
}

/** Builds the mail with a one-time link for an administrator. */
export function administratorLinkMail(
  to: string,
  name: string,
  link: string,
  sender: MailSender,
): MailMessage {
  return buildMail(
    to,
    'Your account for the Admin Panel',
    sender,
    [
      `Hello ${name},`,
      'The link leads to your account for the Admin Panel, where you set your password and a second factor.',
      'The link works once. Don’t share it: anyone who opens it can sign in as you.',
      'If you did not expect this mail, ask another administrator before you open the link.',
    ],
    { label: 'Open the Admin Panel', link },
  )
}

/**
 * Builds the mail that tells an owner that an administrator exceeds an hourly limit.
 *
 * @param email The administrator who exceeds it.
 * @param limit The label and the value of its setting.
 */
export function hourlyLimitMail(
  to: string,
  email: string,
  limit: { readonly label: string; readonly value: number },
  sender: MailSender,
): MailMessage {
  return buildMail(to, 'An administrator exceeded an hourly limit', sender, [
    'Hello,',
    `${email} tried to exceed the limit “${limit.label}” (${limit.value}). The request was refused, and further ones are refused until the next hour.`,
    'The administrator log in the Admin Panel shows what the account did before. If you don’t expect this, disable the account; that ends its sessions.',
  ])
}

/** Builds the mail by which an administrator tries the mail settings. */
export function trialMail(to: string, sender: MailSender): MailMessage {
  return buildMail(to, 'Mail works', sender, [
    'Hello,',
    'This is a test mail. You asked for it in the settings of the Admin Panel.',
    'Invitations and notices to your users are sent the same way.',
  ])
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

/** A time in a zone, such as `2026-11-28 21:09 Europe/Berlin`. */
function formatTime(milliseconds: number, timeZone: string): string {
  const time = new Date(milliseconds).toLocaleString('sv-SE', {
    timeZone,
    timeStyle: 'short',
    dateStyle: 'short',
  })
  return `${time} ${timeZone}`
}

function buildMail(
  to: string,
  title: string,
  { name, helpText }: MailSender,
  paragraphs: readonly string[],
  button?: { readonly label: string; readonly link: string },
): MailMessage {
  const [greeting = '', first = '', ...rest] = paragraphs
  const text = [
    greeting,
    first,
    ...(button === undefined ? [] : [`${button.label}:\n${button.link}`]),
    ...rest,
    ...(helpText === '' ? [] : [`Help: ${helpText}`]),
    `-- \n${name}`,
  ]
  const html = [
    paragraph(greeting),
    paragraph(first),
    ...(button === undefined ? [] : [buttonHtml(button.label, button.link)]),
    ...rest.map(paragraph),
    ...(helpText === '' ? [] : [paragraph(`Help: ${helpText}`)]),
  ]
  return {
    to,
    subject: `${name}: ${title}`,
    text: `${text.map(folded).join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><body style="margin:0;padding:24px;background:#f6f7fb;color:#171a26;font:16px/1.5 system-ui,sans-serif"><div style="max-width:520px;margin:0 auto;padding:28px;background:#fff;border-radius:12px"><p style="margin:0 0 20px;font-size:14px;font-weight:600;color:#565c70">${escaped(name)}</p><h1 style="margin:0 0 16px;font-size:20px">${escaped(title)}</h1>${html.join('')}</div></body></html>`,
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
