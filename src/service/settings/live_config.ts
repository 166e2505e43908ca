import type { PhoneConfig } from '../config/phone_section.ts'
import type { PushConfig } from '../config/push_section.ts'
import type { ServiceConfig } from '../config/service_config.ts'
import type { SmsConfig } from '../config/sms_section.ts'
import type { Settings } from './settings.ts'

const minuteMs = 60_000

/**
 * The configuration with the current settings in place of the options that a setting can change. The
 * values are getters, so that readers see a change at once; copying one keeps its value of that moment.
 */
export function liveConfig(config: ServiceConfig, settings: Settings): ServiceConfig {
  const lockout: ServiceConfig['lockout'] = {
    get threshold() {
      return settings.get('lockout_threshold')
    },
    get lockMs() {
      return settings.get('lockout_expire_duration') * minuteMs
    },
  }
  return {
    ...config,
    lockout,
    push: livePush(settings),
    sms: liveSms(config.sms, settings),
    phone: livePhone(config.phone, settings),
    get organisationName() {
      return settings.get('name')
    },
    get logKeepDays() {
      return settings.get('log_retention_days')
    },
  }
}

function livePush(settings: Settings): PushConfig {
  return {
    fatigue: {
      get limit() {
        return settings.get('push_fatigue_limit')
      },
      get windowMs() {
        return settings.get('push_fatigue_minutes') * minuteMs
      },
    },
    get fraudLocks() {
      return settings.get('fraud_action') === 'lock'
    },
    get fraudMailed() {
      return settings.get('fraud_email_enabled')
    },
    get fraudEmails() {
      return settings
        .get('fraud_email')
        .split(',')
        .map((address) => address.trim())
        .filter((address) => address !== '')
    },
  }
}

function liveSms(sms: SmsConfig, settings: Settings): SmsConfig {
  return {
    provider: sms.provider,
    get batch() {
      return settings.get('sms_batch')
    },
    get validMinutes() {
      return settings.get('sms_expiration')
    },
    get refresh() {
      return settings.get('sms_refresh')
    },
    get message() {
      return settings.get('sms_message')
    },
    limits: {
      allowedPrefixes: sms.limits.allowedPrefixes,
      get userPerHour() {
        return settings.get('sms_user_per_hour')
      },
      get userPerDay() {
        return settings.get('sms_user_per_day')
      },
      get numberPerHour() {
        return settings.get('sms_number_per_hour')
      },
      get numberPerDay() {
        return settings.get('sms_number_per_day')
      },
      get allPerHour() {
        return settings.get('sms_all_per_hour')
      },
    },
  }
}

function livePhone(phone: PhoneConfig, settings: Settings): PhoneConfig {
  return {
    provider: phone.provider,
    get callerId() {
      const number = settings.get('caller_id')
      return number === '' ? undefined : number
    },
    get language() {
      return settings.get('call_language')
    },
    get confirmKeys() {
      return settings.get('keypress_confirm')
    },
    get fraudKey() {
      const key = settings.get('keypress_fraud')
      return key === '' ? undefined : key
    },
    limits: {
      allowedPrefixes: phone.limits.allowedPrefixes,
      get userPerHour() {
        return settings.get('call_user_per_hour')
      },
      get userPerDay() {
        return settings.get('call_user_per_day')
      },
      get numberPerHour() {
        return settings.get('call_number_per_hour')
      },
      get numberPerDay() {
        return settings.get('call_number_per_day')
      },
      get allPerHour() {
        return settings.get('call_all_per_hour')
      },
    },
  }
}
