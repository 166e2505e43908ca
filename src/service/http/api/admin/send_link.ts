import { DeliveryError, type MailMessage, type MailPort } from '../../../messaging/messaging.ts'

/**
 * Mails a one-time link that the answer contains as well. A mail that can't be sent is not an error, because
 * the link would be lost with the answer.
 *
 * @returns `email_sent` of the answer: 1 if the mail was sent.
 */
export async function sendLink(mail: MailPort, message: MailMessage): Promise<0 | 1> {
  try {
    await mail.send(message)
    return 1
  } catch (error) {
    if (error instanceof DeliveryError) return 0
    throw error
  }
}
