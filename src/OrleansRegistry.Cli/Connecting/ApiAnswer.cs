using System.Text.Json;

namespace OrleansRegistry.Cli;

/// <summary>An answer of the registry, read whole.</summary>
internal sealed class ApiAnswer(string name, HttpResponseMessage response, byte[] bytes) : IDisposable
{
    // Cards may be deeper than what .NET reads by default.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    private JsonDocument? document;

    public HttpResponseMessage Response => response;

    public byte[] Bytes => bytes;

    /// <summary>The body. It lives as long as the answer.</summary>
    /// <exception cref="CliException">It is not JSON.</exception>
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
                throw new CliException(ExitCode.Failed, $"{name} answered something that is not JSON: is it a registry?", fault);
            }
        }
    }

    public void Dispose()
    {
        document?.Dispose();
        response.Dispose();
    }
}
