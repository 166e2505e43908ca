import type { Language } from '../../config/phone_section.ts'

/** The texts of a call. */
export interface VoiceTexts {
  /** A language code for TwiML's `Say`. */
  readonly tag: string
  signIn(application: string): string
  confirm(key: string): string
  fraud(key: string): string
  readonly wrongKey: string
  readonly confirmed: string
  readonly reported: string
  readonly noKey: string
  readonly over: string
  /** @param digits Separated, so that they are spoken one by one. */
  passcode(application: string, digits: string): string
  /** Names of the keys that are not digits. */
  readonly keys: { readonly '#': string; readonly '*': string }
}

export const voiceTexts: Readonly<Record<Language, VoiceTexts>> = {
  en: {
    tag: 'en-US',
    signIn: (application) => `This is a sign-in to ${application}.`,
    confirm: (key) => `Press ${key} to sign in.`,
    fraud: (key) => `If this was not you, press ${key}.`,
    wrongKey: 'That was another key.',
    confirmed: 'You are signed in. Goodbye.',
    reported: 'Thank you. This has been reported. Goodbye.',
    noKey: 'No key was pressed. You are not signed in. Goodbye.',
    over: 'This sign-in is over. Goodbye.',
    passcode: (application, digits) => `Your passcode for ${application} is: ${digits}.`,
    keys: { '#': 'the pound key', '*': 'the star key' },
  },
  de: {
    tag: 'de-DE',
    signIn: (application) => `Dies ist eine Anmeldung bei ${application}.`,
    confirm: (key) => `Drücken Sie ${key}, um sich anzumelden.`,
    fraud: (key) => `Wenn Sie das nicht waren, drücken Sie ${key}.`,
    wrongKey: 'Das war eine andere Taste.',
    confirmed: 'Sie sind angemeldet. Auf Wiederhören.',
    reported: 'Danke. Das ist gemeldet. Auf Wiederhören.',
    noKey: 'Es wurde keine Taste gedrückt. Sie sind nicht angemeldet. Auf Wiederhören.',
    over: 'Diese Anmeldung ist vorbei. Auf Wiederhören.',
    passcode: (application, digits) => `Ihr Code für ${application} lautet: ${digits}.`,
    keys: { '#': 'die Rautetaste', '*': 'die Sterntaste' },
  },
  fr: {
    tag: 'fr-FR',
    signIn: (application) => `Ceci est une connexion à ${application}.`,
    confirm: (key) => `Appuyez sur ${key} pour vous connecter.`,
    fraud: (key) => `Si ce n'était pas vous, appuyez sur ${key}.`,
    wrongKey: "C'était une autre touche.",
    confirmed: 'Vous êtes connecté. Au revoir.',
    reported: 'Merci. La tentative est signalée. Au revoir.',
    noKey: "Aucune touche n'a été pressée. Vous n'êtes pas connecté. Au revoir.",
    over: 'Cette connexion est terminée. Au revoir.',
    passcode: (application, digits) => `Votre code pour ${application} est : ${digits}.`,
    keys: { '#': 'la touche dièse', '*': 'la touche étoile' },
  },
  es: {
    tag: 'es-ES',
    signIn: (application) => `Este es un inicio de sesión en ${application}.`,
    confirm: (key) => `Pulse ${key} para iniciar sesión.`,
    fraud: (key) => `Si no fue usted, pulse ${key}.`,
    wrongKey: 'Esa era otra tecla.',
    confirmed: 'Ha iniciado sesión. Adiós.',
    reported: 'Gracias. El intento ha sido denunciado. Adiós.',
    noKey: 'No se ha pulsado ninguna tecla. No ha iniciado sesión. Adiós.',
    over: 'Este inicio de sesión ha terminado. Adiós.',
    passcode: (application, digits) => `Su código para ${application} es: ${digits}.`,
    keys: { '#': 'la tecla almohadilla', '*': 'la tecla asterisco' },
  },
  it: {
    tag: 'it-IT',
    signIn: (application) => `Questo è un accesso a ${application}.`,
    confirm: (key) => `Prema ${key} per accedere.`,
    fraud: (key) => `Se non è stato lei, prema ${key}.`,
    wrongKey: 'Era un altro tasto.',
    confirmed: 'Accesso eseguito. Arrivederci.',
    reported: 'Grazie. Il tentativo è stato segnalato. Arrivederci.',
    noKey: 'Non è stato premuto nessun tasto. Accesso non eseguito. Arrivederci.',
    over: 'Questo accesso è terminato. Arrivederci.',
    passcode: (application, digits) => `Il suo codice per ${application} è: ${digits}.`,
    keys: { '#': 'il tasto cancelletto', '*': 'il tasto asterisco' },
  },
  nl: {
    tag: 'nl-NL',
    signIn: (application) => `Dit is een aanmelding bij ${application}.`,
    confirm: (key) => `Druk op ${key} om u aan te melden.`,
    fraud: (key) => `Was u dit niet, druk dan op ${key}.`,
    wrongKey: 'Dat was een andere toets.',
    confirmed: 'U bent aangemeld. Tot ziens.',
    reported: 'Dank u. Dit is gemeld. Tot ziens.',
    noKey: 'Er is geen toets ingedrukt. U bent niet aangemeld. Tot ziens.',
    over: 'Deze aanmelding is voorbij. Tot ziens.',
    passcode: (application, digits) => `Uw code voor ${application} is: ${digits}.`,
    keys: { '#': 'het hekje', '*': 'het sterretje' },
  },
  pt: {
    tag: 'pt-PT',
    signIn: (application) => `Este é um início de sessão em ${application}.`,
    confirm: (key) => `Prima ${key} para iniciar sessão.`,
    fraud: (key) => `Se não foi você, prima ${key}.`,
    wrongKey: 'Essa era outra tecla.',
    confirmed: 'A sessão foi iniciada. Adeus.',
    reported: 'Obrigado. A tentativa foi comunicada. Adeus.',
    noKey: 'Nenhuma tecla foi premida. A sessão não foi iniciada. Adeus.',
    over: 'Este início de sessão terminou. Adeus.',
    passcode: (application, digits) => `O seu código para ${application} é: ${digits}.`,
    keys: { '#': 'a tecla cardinal', '*': 'a tecla asterisco' },
  },
  pl: {
    tag: 'pl-PL',
    signIn: (application) => `To jest logowanie do ${application}.`,
    confirm: (key) => `Naciśnij ${key}, aby się zalogować.`,
    fraud: (key) => `Jeśli to nie ty, naciśnij ${key}.`,
    wrongKey: 'To był inny klawisz.',
    confirmed: 'Zalogowano. Do widzenia.',
    reported: 'Dziękujemy. Zgłoszenie przyjęte. Do widzenia.',
    noKey: 'Nie naciśnięto żadnego klawisza. Nie zalogowano. Do widzenia.',
    over: 'To logowanie już się zakończyło. Do widzenia.',
    passcode: (application, digits) => `Twój kod do ${application} to: ${digits}.`,
    keys: { '#': 'krzyżyk', '*': 'gwiazdkę' },
  },
}

/**
 * The question in a call: names the organisation and the application, and says what each key does.
 *
 * @param organisation Empty if the call has named it already.
 */
export function askingText(
  texts: VoiceTexts,
  organisation: string,
  application: string,
  {
    confirmKeys,
    fraudKey,
  }: { readonly confirmKeys: string; readonly fraudKey: string | undefined },
): string {
  const parts = [
    ...(organisation === '' ? [] : [`${organisation}.`]),
    texts.signIn(application),
    texts.confirm(keyName(texts, confirmKeys.slice(0, 1))),
  ]
  if (fraudKey !== undefined) parts.push(texts.fraud(keyName(texts, fraudKey)))
  return parts.join(' ')
}

/** A passcode spoken digit by digit, twice. */
export function passcodeText(
  texts: VoiceTexts,
  organisation: string,
  application: string,
  passcode: string,
): string {
  const once = texts.passcode(application, [...passcode].join(', '))
  return `${organisation}. ${once} ${once}`
}

function keyName(texts: VoiceTexts, key: string): string {
  return key === '#' || key === '*' ? texts.keys[key] : key
}
