// The pages' client with Node's WebSocket.
import { WebSocket } from 'ws';
import { Rpc } from '../pages/rpc.js';

export const connect = (url) => Rpc.open(url, WebSocket);
// The session of a connection that is lost.
export const resume = (lost, url, sessionId) => lost.resume(url, sessionId, WebSocket);
