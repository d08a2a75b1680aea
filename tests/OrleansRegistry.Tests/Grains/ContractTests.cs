using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace OrleansRegistry.Tests.Grains;

/// <summary>
/// What silos of two versions must agree on while one takes the other's place: grain interfaces with their methods, and what is sent with its
/// numbered members. OrleansContracts.txt has it as of the last release: lines may be added; one that is changed or taken away breaks a rolling
/// upgrade.
/// </summary>
public sealed class ContractTests
{
    private const string Regenerate = "UPDATE_ORLEANS_CONTRACTS";

    [Fact]
    public void Contracts_are_those_of_the_file()
    {
        var now = Contracts();
        if (Environment.GetEnvironmentVariable(Regenerate) is { Length: > 0 })
        {
            File.WriteAllLines(PathOfFile(), now);
        }

        var written = File.ReadAllLines(PathOfFile());
        var gone = written.Except(now, StringComparer.Ordinal).Select(line => $"- {line}");
        var added = now.Except(written, StringComparer.Ordinal).Select(line => $"+ {line}");
        string[] difference = [.. gone, .. added];
        Assert.True(
            difference.Length == 0,
            $"""
            Silos of this version and of the last one would not understand one another:
            {string.Join('\n', difference)}
            Lines with + alone are additions, which older silos pass over. Where that is what you mean,
            run this test once with {Regenerate}=1 and commit OrleansContracts.txt.
            """);
    }

    /// <summary>Both are global in a silo, and a host's own come to lie beside them.</summary>
    [Fact]
    public void What_a_host_could_call_the_same_is_called_registry()
    {
        var grains = typeof(IAgentGrain).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(Grain)));
        var names = grains.Select(grain => grain.GetCustomAttribute<GrainTypeAttribute>()?.GetGrainType(null!, grain).ToString() ?? grain.Name);
        Assert.All(names.Concat(AliasedTypes().Select(AliasOf)), name => Assert.StartsWith("registry.", name, StringComparison.Ordinal));
    }

    private static string[] Contracts() =>
        [.. AliasedTypes().SelectMany(type => type.IsInterface ? MethodsOf(type) : MembersOf(type)).Order(StringComparer.Ordinal)];

    private static IEnumerable<Type> AliasedTypes()
    {
        Assembly[] assemblies = [typeof(Caller).Assembly, typeof(IRecordStore).Assembly, typeof(IAgentGrain).Assembly];
        return assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetCustomAttribute<AliasAttribute>(inherit: false) is not null
                && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null);
    }

    private static IEnumerable<string> MethodsOf(Type grain) => grain.GetMethods().Select(method =>
        $"{AliasOf(grain)}.{AliasOf(method)}({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}) : "
            + $"{NameOf(method.ReturnType)}");

    private static IEnumerable<string> MembersOf(Type sent)
    {
        if (sent.IsEnum)
        {
            return Enum.GetValues(sent).Cast<Enum>()
                .Select(value => $"{AliasOf(sent)}.{value} = {Convert.ToInt32(value, CultureInfo.InvariantCulture)}");
        }

        const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var members = sent.GetProperties(Own).Select(member => (Id: member.GetCustomAttribute<IdAttribute>(), Type: member.PropertyType))
            .Concat(sent.GetFields(Own).Select(member => (Id: member.GetCustomAttribute<IdAttribute>(), Type: member.FieldType)));
        return members.Where(member => member.Id is not null).Select(member => $"{AliasOf(sent)} [{member.Id!.Id}] {NameOf(member.Type)}")
            .Prepend($"{AliasOf(sent)} ({(sent.IsValueType ? "value" : "object")})");
    }

    private static string AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias
        ?? throw new InvalidOperationException($"{member.DeclaringType}.{member.Name} has no [Alias]: its name would be its contract.");

    private static string NameOf(Type type)
    {
        if (!type.IsGenericType)
        {
            return type.IsArray ? $"{NameOf(type.GetElementType()!)}[]" : type.Name;
        }

        var name = new StringBuilder(type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]).Append('<');
        return name.AppendJoin(", ", type.GetGenericArguments().Select(NameOf)).Append('>').ToString();
    }

    private static string PathOfFile([CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "OrleansContracts.txt");
}
