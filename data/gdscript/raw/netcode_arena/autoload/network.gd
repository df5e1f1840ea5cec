extends Node
## Opens and closes ENet connections and turns the low level events into readable signals.

signal hosting_started(port: int)
signal joined(peer_id: int)
signal join_failed(reason: String)
signal peer_arrived(peer_id: int)
signal peer_left(peer_id: int)
signal disconnected(reason: String)

const DEFAULT_PORT := 7350
const PROTOCOL := 4
const JOIN_TIMEOUT := 6.0
const MAX_PLAYERS := 8

var kick_reason := ""

var _pending: Dictionary[int, int] = {}


func _ready() -> void:
	multiplayer.peer_connected.connect(_on_peer_connected)
	multiplayer.peer_disconnected.connect(_on_peer_disconnected)
	multiplayer.connected_to_server.connect(_on_connected_to_server)
	multiplayer.connection_failed.connect(_on_connection_failed)
	multiplayer.server_disconnected.connect(_on_server_disconnected)
	if "--server" in OS.get_cmdline_user_args():
		host(port_from_arguments(OS.get_cmdline_user_args()))


## Starts a server on `port`. Returns the engine error so the menu can show it.
func host(port: int = DEFAULT_PORT) -> Error:
	var peer := ENetMultiplayerPeer.new()
	var error := peer.create_server(port, MAX_PLAYERS - 1)
	if error != OK:
		push_error("Cannot listen on %d: %s" % [port, error_string(error)])
		return error
	peer.host.compress(ENetConnection.COMPRESS_RANGE_CODER)
	multiplayer.multiplayer_peer = peer
	hosting_started.emit(port)
	return OK


## Connects to a server and gives up after six seconds. `address` may contain a port ("host:7351").
func join(address: String) -> Error:
	var port := DEFAULT_PORT
	if address.contains(":"):
		port = address.get_slice(":", 1).to_int()
	var peer := ENetMultiplayerPeer.new()
	var error := peer.create_client(address.get_slice(":", 0), port)
	if error != OK:
		return error
	peer.host.compress(ENetConnection.COMPRESS_RANGE_CODER)
	multiplayer.multiplayer_peer = peer
	_watch_join(peer)
	return OK


## Leaves the session on either side and returns to offline mode.
func leave() -> void:
	if multiplayer.multiplayer_peer != null:
		multiplayer.multiplayer_peer.close()
	multiplayer.multiplayer_peer = OfflineMultiplayerPeer.new()
	_pending.clear()


## Server only: tells a client why it has to go and drops the connection a moment later, so that
## the message can still arrive.
func kick(peer_id: int, reason: String) -> void:
	_announce_kick.rpc_id(peer_id, reason)
	await get_tree().create_timer(0.25).timeout
	if peer_id in multiplayer.get_peers():
		multiplayer.multiplayer_peer.disconnect_peer(peer_id)


## Mean round trip time to the server in milliseconds as measured by ENet; -1 while offline.
func ping() -> int:
	var peer := multiplayer.multiplayer_peer as ENetMultiplayerPeer
	if peer == null or multiplayer.is_server():
		return -1
	var packet_peer := peer.get_peer(MultiplayerPeer.TARGET_PEER_SERVER)
	return int(packet_peer.get_statistic(ENetPacketPeer.PEER_ROUND_TRIP_TIME))


## Port given as `--port=1234` on the command line, or the default one.
static func port_from_arguments(arguments: PackedStringArray) -> int:
	for argument in arguments:
		if argument.begins_with("--port="):
			return argument.trim_prefix("--port=").to_int()
	return DEFAULT_PORT


# First message of a client. A matching protocol version lets it in, another one gets it kicked.
@rpc("any_peer", "call_remote", "reliable")
func _hello(protocol: int) -> void:
	if not multiplayer.is_server():
		return
	var sender := multiplayer.get_remote_sender_id()
	_pending.erase(sender)
	if protocol != PROTOCOL:
		kick(sender, "version %d is needed, you have %d" % [PROTOCOL, protocol])
		return
	peer_arrived.emit(sender)


@rpc("authority", "call_remote", "reliable")
func _announce_kick(reason: String) -> void:
	kick_reason = reason


# A peer that never introduces itself is not one of our clients.
func _on_peer_connected(peer_id: int) -> void:
	if not multiplayer.is_server():
		return
	_pending[peer_id] = Time.get_ticks_msec()
	await get_tree().create_timer(3.0).timeout
	if _pending.has(peer_id):
		kick(peer_id, "no handshake")


func _on_peer_disconnected(peer_id: int) -> void:
	_pending.erase(peer_id)
	peer_left.emit(peer_id)


func _on_connected_to_server() -> void:
	_hello.rpc_id(MultiplayerPeer.TARGET_PEER_SERVER, PROTOCOL)
	joined.emit(multiplayer.get_unique_id())


func _on_connection_failed() -> void:
	leave()
	join_failed.emit("the server did not answer")


func _on_server_disconnected() -> void:
	leave()
	disconnected.emit(kick_reason if not kick_reason.is_empty() else "connection lost")
	kick_reason = ""


func _watch_join(peer: ENetMultiplayerPeer) -> void:
	await get_tree().create_timer(JOIN_TIMEOUT).timeout
	if peer.get_connection_status() == MultiplayerPeer.CONNECTION_CONNECTING:
		_on_connection_failed()
