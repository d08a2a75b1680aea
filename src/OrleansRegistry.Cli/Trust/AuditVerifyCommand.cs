using System.CommandLine;
using System.Text.Json;
using OrleansRegistry.Trust.Audit;

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

    private readonly Option<string?> keys = new("--keys")
    {
        Description = "A file with the registry's keys, as /.well-known/jwks.json had them: each anchor must be signed with one.",
        HelpName = "file",
    };

    public AuditVerifyCommand()
        : base(
            "audit",
            "Checks the chain of hashes of the tenant's audit trail, and tells what was changed or is missing. Ends with 1 where something is.",
            "registry verify audit",
            "registry verify audit --anchors anchors.jsonl",
            "registry verify audit --file audit.jsonl --anchors anchors.jsonl --json",
            "registry verify audit --anchors anchors.jsonl --keys jwks.json")
    {
        Add(file);
        Add(anchors);
        Add(keys);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var known = ReadKeys(call);
        var published = call.Get(anchors) is { } path ? ReadLines(path, AuditJson.ReadAnchorStrict).ToArray() : [];
        var verdict = call.Get(file) is { } name
            ? VerifyFile(call, name, published)
            : await call.WithProgressAsync("reading", _ => VerifyRegistryAsync(call, published));
        if (known is not null)
        {
            verdict = verdict with { Faults = [.. verdict.Faults, .. FaultsOf(published.Where(IsOfTrail), known)] };
        }

        var compared = published.Count(anchor => IsOfTrail(anchor)
            && (verdict.Anchored.Contains(anchor.Sequence) || (anchor.Sequence == 0 && verdict.Entries == 0)));
        Print(call, verdict, compared);
        if (call.Get(anchors) is not { } given || compared > 0)
        {
            return verdict.IsGood ? ExitCode.Done : ExitCode.Failed;
        }

        call.Terminal.WriteNote($"No anchor of {given} is of an entry that this trail has: they prove nothing of it.");
        return ExitCode.Failed;

        bool IsOfTrail(AuditAnchor anchor) => verdict.Tenant is null || anchor.Tenant == verdict.Tenant;
    }

    private static IEnumerable<AuditFault> FaultsOf(IEnumerable<AuditAnchor> anchors, AuditKeys keys)
    {
        foreach (var anchor in anchors)
        {
            if (keys.FaultOf(anchor) is { } fault)
            {
                yield return new AuditFault(anchor.Sequence, fault);
            }
        }
    }

    private AuditKeys? ReadKeys(CommandCall call)
    {
        if (call.Get(keys) is not { } path)
        {
            return null;
        }

        if (call.Get(anchors) is null)
        {
            throw CliException.Usage("--keys are those of anchors: give --anchors too.");
        }

        if (!File.Exists(path))
        {
            throw new CliException(ExitCode.NotFound, $"There is no file {path}.");
        }

        try
        {
            return AuditKeys.Read(File.ReadAllText(path));
        }
        catch (InvalidDataException fault)
        {
            throw new CliException(ExitCode.Refused, $"{path}: {fault.Message}", fault);
        }
    }

    private static AuditVerdict VerifyFile(CommandCall call, string name, AuditAnchor[] published)
    {
        if (call.Get(call.Options.Store) is not null)
        {
            throw CliException.Usage("--file is checked without a store: give one of them.");
        }

        AuditVerifier? verifier = null;
        var unreadable = new List<string>();
        foreach (var (entry, record) in ReadLines(name, ReadLine))
        {
            if (entry is null)
            {
                unreadable.Add(record!);
                continue;
            }

            verifier ??= NewVerifier(entry.Tenant, published);
            verifier.Add(entry);
        }

        verifier ??= new AuditVerifier(published);
        unreadable.ForEach(verifier.AddUnreadable);
        return verifier.Complete();
    }

    private static async Task<AuditVerdict> VerifyRegistryAsync(CommandCall call, AuditAnchor[] published)
    {
        var api = (await call.ConnectAsync()).Api;
        AuditVerifier? verifier = null;
        var unreadables = new List<string>();
        var newest = await AnchorAsync(call, api);
        await foreach (var page in Pages.ReadAsync(api, "audit?oldest_first=true", PageLimit.Audit.Max, call.Cancellation))
        {
            foreach (var entry in page.Entries("entries"))
            {
                var read = AuditJson.ReadStrict(entry);

                // What is added meanwhile comes after the newest; what the registry has now must be there then.
                verifier ??= NewVerifier(read.Tenant, [.. published, .. newest]);
                verifier.Add(read);
            }

            foreach (var unreadable in page.Entries("unreadable"))
            {
                unreadables.Add(unreadable.ToString());
            }
        }

        var tenant = newest is [var end] ? end.Tenant : null;
        verifier ??= new AuditVerifier([.. published.Where(anchor => tenant is null || anchor.Tenant == tenant), .. newest]);
        unreadables.ForEach(verifier.AddUnreadable);
        var verdict = verifier.Complete();
        return verdict with { Tenant = verdict.Tenant ?? tenant };
    }

    /// <summary>None where the end of the trail cannot be read: the pages, which are read then, tell which.</summary>
    private static async Task<AuditAnchor[]> AnchorAsync(CommandCall call, RegistryApi api)
    {
        try
        {
            using var answer = await api.GetAsync("audit/anchor", call.Cancellation);
            return [AuditJson.ReadAnchor(answer.Json)];
        }
        catch (CliException unreadable) when (unreadable.Status == 500)
        {
            call.Terminal.WriteNote(unreadable.Message);
            return [];
        }
    }

    private static (AuditEntry? Entry, string? Unreadable) ReadLine(JsonElement json) => AuditJson.ReadUnreadable(json) is { } record
        ? (null, record)
        : (AuditJson.ReadStrict(json), null);

    private static AuditVerifier NewVerifier(string tenant, AuditAnchor[] published) => new(published.Where(anchor => anchor.Tenant == tenant));

    private static void Print(CommandCall call, AuditVerdict verdict, int compared)
    {
        if (call.IsJson)
        {
            call.Answer.Document(json =>
            {
                json.WriteBoolean("isGood", verdict.IsGood);
                json.WriteString("tenant", verdict.Tenant);
                json.WriteNumber("entries", verdict.Entries);
                json.WriteNumber("first", verdict.First);
                json.WriteNumber("last", verdict.Last);
                json.WriteString("hash", verdict.Hash);
                json.WriteNumber("anchors", compared);
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
            call.Answer.Line(
                $"{verdict.Entries} entries, {verdict.First} to {verdict.Last}, are good; the last has {verdict.Hash}; "
                    + $"{compared} anchors agree, tenant {verdict.Tenant ?? "unknown"}");
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
