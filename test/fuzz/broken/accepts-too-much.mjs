import { opened } from './wrapped.mjs'

export const open = opened(undefined, { tolerate: ['ill-formed-utf8'] })
