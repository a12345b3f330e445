// What clients may say and what the server says: types for the compiler, and schemas for what comes from outside.

import { z } from "zod";

const seat = z.string().regex(/^[A-F][1-9]$/, "is a row from A to F and a number from 1 to 9");
const booking = z.object({ seat, name: z.string().trim().min(1).max(40) });

export const events = { book: { args: booking, ack: z.object({ ticket: z.int().positive() }) } };
export const serverEvents = { booked: booking };
