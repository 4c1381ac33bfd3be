// The three packets without a body: PINGREQ §3.12, PINGRESP §3.13, DISCONNECT §3.14.

type EmptyName = 'pingreq' | 'pingresp' | 'disconnect'

interface EmptyOf<Name extends EmptyName> {
  type: Name
}

/** A client shows that it is alive (§3.12). */
export type Pingreq = EmptyOf<'pingreq'>
/** The server answers a PINGREQ (§3.13). */
export type Pingresp = EmptyOf<'pingresp'>
/** A client ends the connection, and its will with it (§3.14). */
export type Disconnect = EmptyOf<'disconnect'>

export type Empty = Pingreq | Pingresp | Disconnect

/** An {@link Empty} to be encoded. */
export type EmptyInput = Readonly<Empty>
