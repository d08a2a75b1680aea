using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Trust;

/// <summary>Checks a trail here: the registry that has it is not asked whether it is right.</summary>
internal sealed class AuditVerifyCommand : RegistryCommand
{
    private readonly Option<string?> file = new("--file")
    {
        Description = "A file that registry audit export wrote, and no registry.",
        HelpName = "file",
    };

    private readonly Option<string?> anchors = new("--anchors")
    {
        Description = "A file with what registry audit anchor printed, a line each; those of other tenants are passed over.",
        HelpName = "file",
    };

    public AuditVerifyCommand()
        : base(
            "audit",
            "Checks the chain of hashes of the tenant's audit trail, and tells what was changed or is missing. Ends with 1 where something is.",
            "registry verify audit",
            "registry verify audit --anchors anchors.jsonl",
            "registry verify audit --file audit.jsonl --anchors anchors.jsonl --json")
    {
        Add(file);
        Add(anchors);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var published = call.Get(anchors) is { } path ? ReadLines(path, AuditJson.ReadAnchor).ToArray() : [];
        var verdict = call.Get(file) is { } name
            ? VerifyFile(call, name, published)
            : await call.WithProgressAsync("reading", _ => VerifyRegistryAsync(call, published));
        Print(call, verdict);
        return verdict.IsGood ? ExitCode.Done : ExitCode.Failed;
    }

    private static AuditVerdict VerifyFile(CommandCall call, string name, AuditAnchor[] published)
    {
        if (call.Get(call.Options.Store) is not null)
        {
            throw CliException.Usage("--file is checked without a store: give one of them.");
        }

        AuditVerifier? verifier = null;
        foreach (var entry in ReadLines(name, AuditJson.Read))
        {
            verifier ??= NewVerifier(entry.Tenant, published);
            verifier.Add(entry);
        }

        return (verifier ?? new AuditVerifier(published)).Complete();
    }

    private static async Task<AuditVerdict> VerifyRegistryAsync(CommandCall call, AuditAnchor[] published)
    {
        var api = (await call.ConnectAsync()).Api;
        using var answer = await api.GetAsync("audit/anchor", call.Cancellation);
        var newest = AuditJson.ReadAnchor(answer.Json);

        // What is added meanwhile comes after it; what the registry has now must be there then.
        var verifier = NewVerifier(newest.Tenant, [.. published, newest]);
        await foreach (var page in Pages.ReadAsync(api, "audit?oldest_first=true", PageLimit.Audit.Max, call.Cancellation))
        {
            foreach (var entry in page.Entries("entries"))
            {
                verifier.Add(AuditJson.Read(entry));
            }

            foreach (var unreadable in page.Entries("unreadable"))
            {
                call.Terminal.WriteNote($"cannot be read: {PlainText.Of(unreadable.ToString())}");
            }
        }

        return verifier.Complete();
    }

    private static AuditVerifier NewVerifier(string tenant, AuditAnchor[] published) => new(published.Where(anchor => anchor.Tenant == tenant));

    private static void Print(CommandCall call, AuditVerdict verdict)
    {
        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                json.WriteBoolean("isGood", verdict.IsGood);
                json.WriteNumber("entries", verdict.Entries);
                json.WriteNumber("first", verdict.First);
                json.WriteNumber("last", verdict.Last);
                json.WriteString("hash", verdict.Hash);
                json.WriteStartArray("faults");
                foreach (var fault in verdict.Faults)
                {
                    json.WriteStartObject();
                    json.WriteNumber("sequence", fault.Sequence);
                    json.WriteString("what", fault.What);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteNumber("moreFaults", verdict.MoreFaults);
            });
            return;
        }

        foreach (var sequence in verdict.Outdated)
        {
            call.Terminal.WriteNote($"The anchor of {sequence} says nothing any more: the retention has removed what it is about.");
        }

        foreach (var fault in verdict.Faults)
        {
            call.Answer.Line($"{fault.Sequence}: {fault.What}");
        }

        if (verdict.MoreFaults > 0)
        {
            call.Answer.Line($"and {verdict.MoreFaults} more");
        }

        if (verdict.IsGood)
        {
            call.Answer.Line($"{verdict.Entries} entries, {verdict.First} to {verdict.Last}, are good; the last has {verdict.Hash}");
        }
    }

    private static IEnumerable<T> ReadLines<T>(string path, Func<JsonElement, T> read)
    {
        if (!File.Exists(path))
        {
            throw new CliException(ExitCode.NotFound, $"There is no file {path}.");
        }

        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(path, number, line, read);
            }
        }
    }

    private static T Parse<T>(string path, int number, string line, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return read(json.RootElement);
        }
        catch (JsonException fault)
        {
            throw new CliException(ExitCode.Refused, $"{path}, line {number}: {fault.Message}", fault);
        }
    }
}
