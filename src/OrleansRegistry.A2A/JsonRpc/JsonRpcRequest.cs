using System.Text.Json;
using System.Text.Unicode;

namespace OrleansRegistry.A2A.JsonRpc;

/// <summary>One JSON-RPC request, as slices of its body.</summary>
/// <param name="Id">As it was sent.</param>
/// <param name="Parameters">One JSON object; <c>{}</c> where the request has none.</param>
/// <remarks>
/// Source: JSON-RPC 2.0, 4. Every operation of A2A is answered, so a notification, which would not be, is refused. A2A has no batches: each call of one
/// could wait, or be a stream.
/// </remarks>
internal readonly record struct JsonRpcRequest(ReadOnlyMemory<byte> Id, string Method, ReadOnlyMemory<byte> Parameters)
{
    private static readonly byte[] None = "{}"u8.ToArray();

    /// <param name="id">The request's id as far as it is known, also where it is refused; empty for none.</param>
    /// <exception cref="A2AException"><see cref="A2AError.Parse"/> or <see cref="A2AError.InvalidRequest"/>.</exception>
    public static JsonRpcRequest Read(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> id)
    {
        id = default;
        if (!Utf8.IsValid(body.Span))
        {
            throw new A2AException(A2AError.Parse, "the body is not valid UTF-8");
        }

        try
        {
            return ReadMembers(body, ref id);
        }
        catch (RegistryException fault)
        {
            throw fault.InnerException is JsonException
                ? new A2AException(A2AError.Parse, fault.Message, fault)
                : Invalid(fault.Message.StartsWith("body: must be a JSON object, not an array", StringComparison.Ordinal)
                    ? "A2A has no batches: send the calls one by one"
                    : fault.Message);
        }
    }

    private static JsonRpcRequest ReadMembers(ReadOnlyMemory<byte> body, ref ReadOnlyMemory<byte> id)
    {
        var found = new Found();
        var members = new JsonMembers(body, "body");
        while (members.Next())
        {
            found.Take(members);
        }

        id = found.Id;
        found.Check();
        return new JsonRpcRequest(found.Id, found.Method!, found.Parameters.IsEmpty ? None : found.Parameters);
    }

    private static A2AException Invalid(string rule) => new(A2AError.InvalidRequest, rule);

    /// <summary>The members so far. What is wrong with them is said at the end, so that a body that is not JSON is reported as that.</summary>
    private sealed class Found
    {
        private readonly List<string> seen = [];
        private string? fault;
        private bool hasVersion;

        public ReadOnlyMemory<byte> Id { get; private set; }

        public string? Method { get; private set; }

        public ReadOnlyMemory<byte> Parameters { get; private set; }

        public void Take(in JsonMembers members)
        {
            if (members.NameIs("jsonrpc"u8))
            {
                hasVersion = IsNew("jsonrpc") && members.Value.Span.SequenceEqual("\"2.0\""u8);
            }
            else if (members.NameIs("method"u8) && IsNew("method"))
            {
                Method = members.ValueType == JsonTokenType.String ? TextOf(members.Value) : null;
            }
            else if (members.NameIs("params"u8) && IsNew("params"))
            {
                TakeParameters(members);
            }
            else if (members.NameIs("id"u8) && IsNew("id"))
            {
                var isId = members.ValueType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null;
                Id = isId ? members.Value : default;
                fault ??= isId ? null : "id must be a string or a number";
            }
        }

        /// <exception cref="A2AException">It is no request.</exception>
        public void Check()
        {
            fault ??= hasVersion ? null : "jsonrpc must be \"2.0\"";
            fault ??= Method is null ? "method must be a string" : null;
            fault ??= Id.IsEmpty ? "id is missing: A2A has no notifications, every call is answered" : null;
            if (fault is not null)
            {
                throw Invalid(fault);
            }
        }

        private void TakeParameters(in JsonMembers members)
        {
            if (members.ValueType == JsonTokenType.StartObject)
            {
                Parameters = members.Value;
            }
            else if (members.ValueType != JsonTokenType.Null)
            {
                fault ??= $"params must be an object, not {JsonValues.Describe(members.ValueType)}";
            }
        }

        private bool IsNew(string name)
        {
            fault ??= seen.Contains(name) ? $"{name} is there more than once" : null;
            seen.Add(name);
            return true;
        }

        private static string? TextOf(ReadOnlyMemory<byte> json)
        {
            try
            {
                return JsonValues.Text(json, "method");
            }
            catch (RegistryException)
            {
                return null;
            }
        }
    }
}
