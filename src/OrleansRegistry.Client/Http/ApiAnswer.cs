using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>An answer of the registry, read whole.</summary>
/// <param name="name">What to call the registry in messages.</param>
/// <param name="isRepetition">The request had been sent before, without a usable answer.</param>
internal sealed class ApiAnswer(string name, HttpResponseMessage response, byte[] bytes, bool isRepetition = false) : IDisposable
{
    // Cards may be deeper than what .NET reads by default.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    private JsonDocument? document;

    public HttpResponseMessage Response => response;

    public byte[] Bytes => bytes;

    public bool IsRepetition => isRepetition;

    /// <summary>The body. It lives as long as the answer.</summary>
    /// <exception cref="RegistryException">It is not JSON.</exception>
    public JsonElement Json
    {
        get
        {
            try
            {
                document ??= JsonDocument.Parse(bytes, Deep);
                return document.RootElement;
            }
            catch (JsonException fault)
            {
                throw new RegistryException(
                    RegistryError.NotSupported, $"{name} answered something that is not JSON: is it a registry?", null, fault);
            }
        }
    }

    /// <summary>Reads the body; what is read must not refer to it.</summary>
    /// <exception cref="RegistryException">It is not what a registry answers.</exception>
    public T Read<T>(Func<JsonElement, T> read)
    {
        try
        {
            return read(Json);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RegistryException(
                RegistryError.NotSupported, $"{name} answered what this client cannot read ({fault.Message}): is it a registry?", null, fault);
        }
    }

    public void Dispose()
    {
        document?.Dispose();
        response.Dispose();
    }
}
