using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Transfer;

/// <summary>
/// Reads files of older systems, recognised by what is in them: registry 000's <c>agents.json</c> and <c>extensions.json</c> and its answers, registry
/// 002's list of agents, and rows of Bindu's tables as JSON. What they do not tell, such as an agent's owner, is the caller's.
/// </summary>
internal sealed class LegacyFile(IRecordStore store, LineCheck check, Caller caller, [RegistryTime] TimeProvider time)
{
    private static readonly JsonDocumentOptions Parsing = new() { MaxDepth = JsonInput.MaxDepth + 16 };

    /// <exception cref="RegistryException">It is no such file.</exception>
    public async IAsyncEnumerable<CheckedLine> ReadAsync(byte[] file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = Entries(file);
        var first = entries[0].Json;
        if (entries[0].Name is not null && Has(first, "declaring_agents"))
        {
            await foreach (var line in new LegacyExtensions(store, check, caller).ReadAsync(entries, cancellationToken))
            {
                yield return line;
            }
        }
        else if (LegacyRows.Recognises(first))
        {
            var rows = new LegacyRows(store, check, caller);
            await foreach (var line in rows.ReadAsync(entries, cancellationToken))
            {
                yield return line;
            }
        }
        else if (Has(first, "name"))
        {
            foreach (var line in new LegacyAgents(check, caller, time.GetUtcMilliseconds()).Read(entries))
            {
                yield return line;
            }
        }
        else
        {
            throw Unknown("its first entry is neither an agent, nor an extension, nor a row of a table that is known");
        }
    }

    /// <summary>The entries of the file: of an array, of an object of objects or of arrays, or of JSON Lines.</summary>
    private static List<LegacyEntry> Entries(byte[] file)
    {
        var entries = new List<LegacyEntry>();
        var json = file.AsMemory(file.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
        if (TryParse(json, out var fault) is { } document)
        {
            Add(entries, document, name: null);
        }
        else
        {
            AddLines(entries, json, fault!);
        }

        return entries.Count > 0 ? entries : throw Unknown("there is no entry in it");
    }

    private static void Add(List<LegacyEntry> entries, JsonElement json, string? name)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
            {
                entries.Add(new LegacyEntry(entries.Count + 1, null, item, name));
            }
        }
        else if (json.ValueKind != JsonValueKind.Object || IsNamed(json) || LegacyRows.Recognises(json))
        {
            entries.Add(new LegacyEntry(entries.Count + 1, null, json, name));
        }
        else if (LegacyRows.Tables.Concat(["agents", "data"]).Where(table => json.TryGetProperty(table, out var rows) && rows.ValueKind
            == JsonValueKind.Array).ToArray() is { Length: > 0 } tables)
        {
            foreach (var table in tables)
            {
                Add(entries, json.GetProperty(table), table);
            }
        }
        else
        {
            foreach (var member in json.EnumerateObject())
            {
                entries.Add(new LegacyEntry(entries.Count + 1, member.Name, member.Value, name));
            }
        }
    }

    private static void AddLines(List<LegacyEntry> entries, ReadOnlyMemory<byte> file, string fault)
    {
        var number = 0L;
        foreach (var range in file.Span.Split((byte)'\n'))
        {
            var line = file[range];
            number++;
            if (line.Span.Trim(" \r\t"u8).Length == 0)
            {
                continue;
            }

            if (TryParse(line, out var wrong) is { } json)
            {
                entries.Add(new LegacyEntry(number, null, json, null));
            }
            else if (entries.Count == 0)
            {
                throw Unknown(fault);
            }
            else
            {
                entries.Add(new LegacyEntry(number, null, default, null) { Fault = wrong });
            }
        }
    }

    private static JsonElement? TryParse(ReadOnlyMemory<byte> json, out string? fault)
    {
        try
        {
            fault = null;
            using var document = JsonDocument.Parse(json, Parsing);
            return document.RootElement.Clone();
        }
        catch (JsonException wrong)
        {
            fault = wrong.Message;
            return null;
        }
    }

    private static bool IsNamed(JsonElement json) => json.TryGetProperty("name"u8, out var name) && name.ValueKind == JsonValueKind.String;

    /// <summary>Whether it is an object with such a member.</summary>
    public static bool Has(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out _);

    private static RegistryException Unknown(string reason) => new(
        RegistryError.Invalid,
        $"The file is neither an export of this registry nor a file of an older system that is known: {reason.TrimEnd('.')}. Known are agents.json and "
            + "extensions.json of a2a-registry, lists of agents, and rows of the tables tasks, contexts, task_feedback and webhook_configs.");
}

/// <summary>An entry of a file of an older system.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Name">By which the file names it; else null.</param>
/// <param name="Table">The name of the array that it is in; else null.</param>
internal sealed record LegacyEntry(long Number, string? Name, JsonElement Json, string? Table)
{
    /// <summary>Why it is not JSON; else null.</summary>
    public string? Fault { get; init; }

    public string? Text(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The bytes of a member; empty where there is none, or it is null.</summary>
    public RawJson Raw(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? JsonInput.Copy(value) : default;

    public ReadOnlySpan<byte> Bytes => JsonMarshal.GetRawUtf8Value(Json);

    /// <summary>Runs what reads an entry; what is wrong with it is its fault alone.</summary>
    public IReadOnlyList<CheckedLine> Read(Func<LegacyEntry, IReadOnlyList<CheckedLine>> read)
    {
        try
        {
            if (Fault is not null)
            {
                return [new CheckedLine(Number, null, null, Fault)];
            }

            return Json.ValueKind == JsonValueKind.Object
                ? read(this)
                : [new CheckedLine(Number, null, null, $"it is {JsonInput.Describe(Json)}, not an object")];
        }
        catch (Exception wrong) when (wrong is RegistryException or JsonException or InvalidOperationException or FormatException)
        {
            return [new CheckedLine(Number, null, null, wrong.Message)];
        }
    }
}
