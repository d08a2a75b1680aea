using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansRegistry.A2A.Service;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.A2A.JsonRpc;

/// <summary>Parameters and results of A2A 0.3: what is read becomes 1.0, and what 1.0 writes becomes 0.3.</summary>
internal static class LegacyJson
{
    private static readonly JsonWriterOptions AsStored = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Parameters in the shape of 1.0.</summary>
    /// <exception cref="RegistryException">They are not JSON that the registry takes.</exception>
    public static ReadOnlyMemory<byte> Read(Translation translation, ReadOnlyMemory<byte> parameters)
    {
        using var document = JsonInput.Parse(parameters, "params");
        return translation.Apply(document.RootElement);
    }

    public static JsonRpcOutcome.Result Task(A2ACall call, TaskRecord task) => Result(call, TaskShape.ToV03, json => json.WriteTaskAsync(task));

    /// <param name="write">Writes the result as 1.0 has it.</param>
    public static JsonRpcOutcome.Result Result(A2ACall call, Translation translation, Func<ProtocolWriter, ValueTask> write) =>
        Written(call, translation, json => write(new ProtocolWriter(json)));

    /// <inheritdoc cref="Result"/>
    public static JsonRpcOutcome.Result Written(A2ACall call, Translation translation, Func<Utf8JsonWriter, ValueTask> write) =>
        new(answer => WriteAsync(answer, call, translation, write));

    /// <summary>A stream ends with its first status that is final in 0.3, which 1.0 goes on after where somebody else may answer a question.</summary>
    public static JsonRpcOutcome.Stream Stream(A2ACall call, TaskStream stream) => new(
        new TaskStream(ending => UntilFinalAsync(stream.Items(ending), ending)),
        (answer, item) => WriteAsync(answer, call, EventShape.ToV03, json => new ProtocolWriter(json).WriteAsync(item)));

    public static async ValueTask WriteAsync(JsonAnswer answer, A2ACall call, Translation translation, Func<Utf8JsonWriter, ValueTask> write)
    {
        var current = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(current, AsStored))
        {
            await write(json);
        }

        await answer.WriteDocumentAsync(call.Http, RawJson.FromValid(translation.Apply(current.WrittenMemory).Span));
    }

    private static async IAsyncEnumerable<StreamItem> UntilFinalAsync(
        IAsyncEnumerable<StreamItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            yield return item;
            if (item is StreamItem.OfStatus { Status.State: var state } && EventShape.IsFinal(state))
            {
                yield break;
            }
        }
    }
}
