using System.Net.Sockets;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Where agents to register are read from: a file, a folder, a URL, or <c>-</c> for the standard input.</summary>
internal static class AgentSources
{
    public const string StandardInput = "-";

    private const string CardPath = "/.well-known/agent-card.json";
    private const int LargestCard = 16 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly EnumerationOptions AllBelow = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = false,

        // Links may go round in circles.
        MaxRecursionDepth = 32,
    };

    /// <summary>The places that the words stand for: of a folder, each file in it and below that ends with <c>.json</c>.</summary>
    /// <exception cref="CliException">There is no such file or folder, or nothing in it.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> words)
    {
        var places = new List<string>();
        foreach (var word in words)
        {
            if (!System.IO.Directory.Exists(word))
            {
                places.Add(word);
                continue;
            }

            var files = System.IO.Directory.GetFiles(word, "*.json", AllBelow);
            if (files.Length == 0)
            {
                throw CliException.NotFound($"There is no file that ends with .json in the folder {word}.");
            }

            Array.Sort(files, StringComparer.Ordinal);
            places.AddRange(files);
        }

        return places;
    }

    /// <exception cref="CliException">It cannot be read, or is no agent card.</exception>
    public static async Task<IReadOnlyList<AgentEntry>> ReadAsync(string place, Terminal terminal, CancellationToken cancellation)
    {
        if (place == StandardInput)
        {
            using var input = new MemoryStream();
            await terminal.Input.CopyToAsync(input, cancellation);
            return AgentEntry.Read("the standard input", input.ToArray());
        }

        var bytes = Uri.TryCreate(place, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? await FetchAsync(url, cancellation)
            : await ReadFileAsync(place, cancellation);
        return AgentEntry.Read(place, bytes);
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellation);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CliException.NotFound($"{path}: there is no such file or folder.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{path}: cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>A card from where it is published; of a bare host, from where A2A publishes cards.</summary>
    private static async Task<byte[]> FetchAsync(Uri url, CancellationToken cancellation)
    {
        if (url.AbsolutePath == "/")
        {
            url = new Uri(url, CardPath);
        }

        using var http = new HttpClient { MaxResponseContentBufferSize = LargestCard, Timeout = Patience };
        try
        {
            using var response = await http.GetAsync(url, cancellation);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsByteArrayAsync(cancellation)
                : throw new CliException(ExitCodes.OfStatus((int)response.StatusCode), $"{url}: answered {(int)response.StatusCode}, and no card.");
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException)
        {
            throw new CliException(ExitCode.Unreachable, $"{url}: cannot be fetched: {fault.Message}", fault);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCode.Unreachable, $"{url}: did not answer within {Patience.TotalSeconds:0} seconds.");
        }
    }
}
