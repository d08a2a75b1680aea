using System.Buffers;

namespace OrleansRegistry;

/// <summary>
/// Writes an agent as one JSON object, as a front end shows it: so it is in what subscriptions are sent. A front end registers its own; without one it is the
/// card with the members <c>agent_id</c>, <c>enabled</c> and <c>revision</c> beside it.
/// </summary>
public delegate void AgentFormat(IBufferWriter<byte> output, AgentRecord agent);
