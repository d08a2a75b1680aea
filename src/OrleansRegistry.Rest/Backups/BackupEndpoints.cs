using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Rest.Backups;

/// <summary>Backups of all that the registry holds: made, listed and proved. Only where a setting allows it.</summary>
internal sealed class BackupEndpoints(
    IRegistryBackups backups, IDataGate gate, RegistryRestOptions options, IHostApplicationLifetime? lifetime)
{
    private const string Tag = "Backups";
    private const string Verify = ":verify";

    public void Map(ApiRoutes routes)
    {
        routes.Post("/backups", MakeAsync, new ApiOperation("makeBackup", Tag, "Make a backup of all that the registry holds")
            .Says("Answers once it is stored, and goes on where the client does not wait for that. Then those are removed that the retention does "
                + "not keep. Only where REGISTRY_ALLOW_TRANSFER is true, as for all of these.")
            .Answer(201, "It is stored.", "Backup")
            .Problems(403, 503, 507));
        routes.Get("/backups", ListAsync, new ApiOperation("listBackups", Tag, "All backups, newest first, with those that are damaged")
            .Answer(200, "The backups. Their content is not read.", "BackupList")
            .Problems(403, 503));
        routes.Get("/backups/{name}", GetAsync, Describe("getBackup", "One backup, as its manifest tells of it")
            .Answer(200, "The backup.", "Backup")
            .Problems(403, 404, 503));
        routes.Post("/backups/{name}" + Verify, VerifyAsync, Describe("verifyBackup", "Read all of a backup, and tell what is wrong with it")
            .Answer(200, "What was found.", "BackupVerification")
            .Problems(403, 404, 501, 503, 507));
        routes.Refuse("/backups/{name}", HasNoAction);
    }

    private static ApiOperation Describe(string id, string summary) => new ApiOperation(id, Tag, summary).Path("name", "The backup's name.");

    private async Task MakeAsync(HttpContext context)
    {
        DemandAllowed(context);
        QueryParameters.Check(context);

        // A client that gives up waiting has its backup all the same.
        var made = await gate.RunAsync(
            DataUse.MakeBackup, context.GetCaller(), id: null, () => backups.MakeAsync(progress: null, lifetime?.ApplicationStopping ?? default))
            .WaitAsync(context.RequestAborted);
        context.Response.Headers.Location = PublicPath.Of(context, $"/backups/{made.Name}");
        var answer = JsonAnswer.Rent();
        Write(answer.Json, made);
        await answer.SendAsync(context, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext context)
    {
        DemandAllowed(context);
        QueryParameters.Check(context);
        var all = await ReadAsync(context, null, () => backups.ListAsync(context.RequestAborted));
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("backups"u8);
        foreach (var backup in all)
        {
            Write(answer.Json, backup);
        }

        answer.Json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        DemandAllowed(context);
        QueryParameters.Check(context);
        var name = NameOf(context);
        var backup = await ReadAsync(context, name, () => backups.GetAsync(name, context.RequestAborted));
        var answer = JsonAnswer.Rent();
        Write(answer.Json, backup);
        await answer.SendAsync(context);
    }

    private async Task VerifyAsync(HttpContext context)
    {
        DemandAllowed(context);
        QueryParameters.Check(context);
        var name = NameOf(context, Verify);
        var found = await ReadAsync(context, name, () => backups.VerifyAsync(name, progress: null, context.RequestAborted));
        var answer = JsonAnswer.RentObject();
        answer.Json.WritePropertyName("backup"u8);
        Write(answer.Json, found.Backup);
        answer.Json.WriteBoolean("isGood"u8, found.IsGood);
        answer.Json.WriteGiven("faults", found.Faults);
        await answer.SendObjectAsync(context);
    }

    private static string NameOf(HttpContext context, string suffix = "") => RawPath.Id(context, "name", 0, suffix, HasNoAction, "name");

    private static HttpProblemException HasNoAction() =>
        new(StatusCodes.Status405MethodNotAllowed, "POST takes /backups/{name}:verify") { Header = ("Allow", "GET, HEAD") };

    private static void Write(Utf8JsonWriter json, BackupRecord backup)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, backup.Name);
        json.WriteTime("begunAt", backup.BegunAt);
        if (backup.Parts.Count > 0)
        {
            json.WriteTime("completedAt", backup.CompletedAt);
            json.WriteString("form"u8, backup.Form == BackupForm.Sqlite ? "sqlite"u8 : "export"u8);
            json.WriteString("store"u8, backup.Store);
            json.WriteString("registryVersion"u8, backup.RegistryVersion);
            json.WriteNumber("revision"u8, backup.Revision);
            json.WriteStartObject("counts"u8);
            foreach (var (kind, count) in backup.Counts)
            {
                json.WriteNumber(kind, count);
            }

            json.WriteEndObject();
            json.WriteNumber("unreadable"u8, backup.Unreadable);
            json.WriteNumber("unpackedSize"u8, backup.UnpackedSize);
        }

        json.WriteNumber("size"u8, backup.Size);
        json.WriteStartArray("parts"u8);
        foreach (var part in backup.Parts)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, part.Name);
            json.WriteNumber("size"u8, part.Size);
            json.WriteString("sha256"u8, part.Sha256);
            json.WriteNumber("unpackedSize"u8, part.UnpackedSize);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("isNewer"u8, backup.IsNewer);
        json.WriteGiven("fault", backup.Fault);
        json.WriteEndObject();
    }

    private Task<T> ReadAsync<T>(HttpContext context, string? name, Func<Task<T>> read) =>
        gate.RunAsync(DataUse.ReadBackup, context.GetCaller(), name, read);

    private void DemandAllowed(HttpContext context)
    {
        context.GetCaller().Demand(Permissions.Backups);
        if (!options.AllowTransfer)
        {
            throw new RegistryException(
                RegistryError.Forbidden,
                "This registry lets nobody make or read backups over HTTP: REGISTRY_ALLOW_TRANSFER=true allows it. "
                    + "The command line does both on the store itself.");
        }
    }
}
